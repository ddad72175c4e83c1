//! Erasing by law (MERGE.md): a stub takes the place of a body, under the same acceptance, and beats it whenever it comes.

use records::{
    change::{Change, parse_change},
    id::ChangeId,
};
use sha2::{Digest, Sha256};

use super::{Arrived, Hold, StoreError, filing::Filing, sql::Columns};

use crate::vault;

/// What an erasure left of a change that this endpoint does not know to be erased.
pub(super) const NO_ORDER: Hold = Hold {
    code: "cho_lenh_xoa",
    say: "Máy chủ chưa có lệnh xóa theo luật của lần ghi này. Được để riêng cho tới khi có lệnh.",
};

/// What is kept of a change: its text, and the hash of that.
pub(super) struct Kept {
    pub(super) body: String,
    pub(super) hash: [u8; 32],
}

/// Whether one of two texts is what an erasure left of the other.
fn is_stub_of(one: &str, other: &str) -> bool {
    let read = |text: &str| parse_change(text.as_bytes()).ok();
    let (Some(one), Some(other)) = (read(one), read(other)) else {
        return false;
    };
    let is_it =
        |stub: &Change, body: &Change| stub.stub.is_some_and(|by| body.stubbed(by) == *stub);
    is_it(&one, &other) || is_it(&other, &one)
}

impl Filing<'_> {
    /// What an erasure leaves of a text; nothing when it is no change.
    fn stub(&self, body: &str, eraser: ChangeId) -> Option<Kept> {
        let change = parse_change(self.plain(body)?.as_bytes()).ok()?;
        let body = self.as_was(change.stubbed(eraser).to_json(), body)?;
        let hash = Sha256::digest(body.as_bytes()).into();
        Some(Kept { body, hash })
    }

    /// Which change erased this one, here or in a notebook that this one took over.
    pub(super) fn eraser(&mut self, id: ChangeId) -> Result<Option<ChangeId>, StoreError> {
        let get = "SELECT eraser FROM erased WHERE unit = ?1 AND id = ?2";
        for unit in self.units() {
            let key = [(&unit).into(), id.bytes().into()];
            let found = self.sql.first(get, &key, |row| row.change_id(0))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn units(&self) -> Vec<String> {
        let own = std::iter::once(&self.delivery.unit);
        own.chain(&self.before).cloned().collect()
    }

    /// What is to be kept of a change that is taken now: its text, or the stub when it was erased before it came.
    pub(super) fn kept(&mut self, arrived: &Arrived) -> Result<Option<Kept>, StoreError> {
        let eraser = self.eraser(arrived.id)?;
        Ok(eraser.and_then(|eraser| self.stub(&arrived.body, eraser)))
    }

    /// Whether the text that is here and the one that arrived are a body and its stub.
    pub(super) fn is_stub_of(&mut self, arrived: &Arrived) -> Result<bool, StoreError> {
        if arrived.stub_of.is_none() && self.eraser(arrived.id)?.is_none() {
            return Ok(false);
        }
        for unit in self.units() {
            if let Some(here) = self.body(&unit, arrived.id)? {
                let texts = self.plain(&here).zip(self.plain(&arrived.body));
                return Ok(texts.is_some_and(|(here, arrived)| is_stub_of(&here, &arrived)));
            }
        }
        Ok(false)
    }

    /// Follows an order to erase, in the notebooks of this unit and of those that it took over.
    pub(super) fn erase(&mut self, order: &Arrived) -> Result<(), StoreError> {
        let by = order.id;
        for id in &order.erases {
            if self.is_out_of_reach(*id, order)? {
                continue;
            }
            let first = self.eraser(*id)?.map_or(by, |first| first.min(by));
            let put = "INSERT INTO erased (unit, id, eraser) VALUES (?1, ?2, ?3) \
                       ON CONFLICT (unit, id) DO UPDATE SET eraser = excluded.eraser";
            let unit = self.delivery.unit.clone();
            let row = [(&unit).into(), id.bytes().into(), first.bytes().into()];
            self.sql.run(put, &row)?;
            for unit in self.units() {
                self.put_stub(&unit, (*id, first), order)?;
                self.clear_held(&unit, *id, first)?;
            }
        }
        Ok(())
    }

    /// An order reaches into its own compartment, and of cases into its own.
    fn is_out_of_reach(&mut self, id: ChangeId, order: &Arrived) -> Result<bool, StoreError> {
        for unit in self.units() {
            let here = self.body(&unit, id)?;
            if here.is_some_and(|here| vault::case_of(&here) != order.case) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The text that is kept of a change.
    fn body(&mut self, unit: &str, id: ChangeId) -> Result<Option<String>, StoreError> {
        let get = "SELECT body FROM change WHERE unit = ?1 AND id = ?2";
        let read = |row: &dyn Columns| Ok(String::from_utf8_lossy(row.bytes(0)?).into_owned());
        self.sql.first(get, &[unit.into(), id.bytes().into()], read)
    }

    fn put_stub(
        &mut self,
        unit: &str,
        (id, eraser): (ChangeId, ChangeId),
        order: &Arrived,
    ) -> Result<(), StoreError> {
        let Some(here) = self.body(unit, id)? else {
            return Ok(());
        };
        let Some(Kept { body, hash }) = self.stub(&here, eraser) else {
            return Ok(());
        };
        self.keep_moved(&here, order)?;
        let set = "UPDATE change SET body = ?1, hash = ?2 WHERE unit = ?3 AND id = ?4";
        let row = [
            body.as_bytes().into(),
            (&hash).into(),
            unit.into(),
            id.bytes().into(),
        ];
        self.sql.run(set, &row)?;
        Ok(())
    }

    /// What was set aside of it goes, too, unless it is another text under the same id.
    fn clear_held(&mut self, unit: &str, id: ChangeId, eraser: ChangeId) -> Result<(), StoreError> {
        let key = [unit.into(), id.bytes().into()];
        let here = self.body(unit, id)?.and_then(|body| self.plain(&body));
        let (mut gone, mut stubs) = (Vec::<[u8; 32]>::new(), Vec::<([u8; 32], Kept)>::new());
        let all = "SELECT hash, body FROM held WHERE unit = ?1 AND id = ?2";
        let read = |row: &dyn Columns| {
            let text = String::from_utf8_lossy(row.bytes(1)?).into_owned();
            Ok((row.array(0)?, text))
        };
        for (hash, text) in self.sql.all(all, &key, read)? {
            let Some(plain) = self.plain(&text) else {
                continue;
            };
            match &here {
                Some(here) if is_stub_of(here, &plain) => gone.push(hash),
                Some(_) => {}
                // It is only here: what is left of it stays.
                None => stubs.extend(self.stub(&text, eraser).map(|kept| (hash, kept))),
            }
        }
        let set = "UPDATE held SET body = ?1 WHERE unit = ?2 AND id = ?3 AND hash = ?4";
        for (hash, kept) in stubs {
            let row = [
                kept.body.as_bytes().into(),
                unit.into(),
                id.bytes().into(),
                (&hash).into(),
            ];
            self.sql.run(set, &row)?;
        }
        let end = "DELETE FROM held WHERE unit = ?1 AND id = ?2 AND hash = ?3";
        for hash in gone {
            self.sql
                .run(end, &[unit.into(), id.bytes().into(), (&hash).into()])?;
        }
        Ok(())
    }
}
