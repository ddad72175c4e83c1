//! One delivery inside a group's transaction: each change is taken, known already, or set aside.

use std::collections::BTreeMap;

use records::wire::{Acceptance, Contact};

use super::{
    Arrived, Delivery, Hold, OTHER_CONTENT, Place, StoreError,
    erasing::NO_ORDER,
    sql::{Columns, Sql},
};

/// The counters of the scopes of one group: (unit, scope) → last number given.
#[derive(Debug, Clone, Default)]
pub(super) struct Heads(BTreeMap<(String, String), u64>);

impl Heads {
    pub(super) fn next(
        &mut self,
        sql: &mut dyn Sql,
        unit: &str,
        scope: &str,
    ) -> Result<u64, StoreError> {
        let key = (unit.to_owned(), scope.to_owned());
        let last = match self.0.get(&key) {
            Some(last) => *last,
            None => {
                let get = "SELECT seq FROM head WHERE unit = ?1 AND scope = ?2";
                let found = sql.first(get, &[unit.into(), scope.into()], |row| row.count(0))?;
                found.unwrap_or(0)
            }
        };
        self.0.insert(key, last + 1);
        Ok(last + 1)
    }

    pub(super) fn raise(&self, sql: &mut dyn Sql) -> Result<(), StoreError> {
        for ((unit, scope), seq) in &self.0 {
            let put = "INSERT INTO head (unit, scope, gen, seq) VALUES (?1, ?2, 1, ?3) \
                       ON CONFLICT (unit, scope) DO UPDATE SET seq = excluded.seq";
            sql.run(put, &[unit.into(), scope.into(), (*seq).into()])?;
        }
        Ok(())
    }
}

/// What a device says of itself, in the place of what it said before. A name that it does not say stays.
pub(super) fn note(sql: &mut dyn Sql, unit: &str, contact: &Contact) -> Result<(), StoreError> {
    let put = "INSERT INTO device (unit, dev, seen_at, waiting, records, who) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (unit, dev) DO UPDATE SET \
               seen_at = excluded.seen_at, waiting = excluded.waiting, records = excluded.records, \
               who = CASE WHEN excluded.who = '' THEN device.who ELSE excluded.who END";
    let row = [
        unit.into(),
        contact.device.bytes().into(),
        contact.seen_at.into(),
        contact.waiting.into(),
        contact.records.into(),
        (&contact.who).into(),
    ];
    sql.run(put, &row)?;
    Ok(())
}

/// One delivery inside the group's transaction.
pub(super) struct Filing<'a> {
    pub(super) sql: &'a mut dyn Sql,
    pub(super) epoch: &'a str,
    /// Units whose notebooks this one took over: what they have is not taken again.
    pub(super) before: Vec<String>,
    pub(super) delivery: &'a Delivery,
}

impl Filing<'_> {
    pub(super) fn file_all(&mut self, heads: &mut Heads) -> Result<Vec<Place>, StoreError> {
        let delivery = self.delivery;
        let mut places = vec![None; delivery.changes.len()];
        // Orders to erase first, and of these what was erased itself last: what they left may come with them.
        let rank = |arrived: &Arrived| (arrived.erases.is_empty(), arrived.stub_of.is_some());
        let ranks = [(false, false), (false, true), (true, false), (true, true)];
        for now in ranks {
            for (place, arrived) in places.iter_mut().zip(&delivery.changes) {
                if rank(arrived) == now {
                    *place = Some(self.file(arrived, heads)?);
                }
            }
        }
        let places = places.into_iter().flatten().collect();
        if let Some(contact) = &self.delivery.contact {
            note(self.sql, &self.delivery.unit, contact)?;
        }
        if self.delivery.is_last {
            self.give(heads)?;
        }
        Ok(places)
    }

    fn file(&mut self, arrived: &Arrived, heads: &mut Heads) -> Result<Place, StoreError> {
        self.note_carrier(arrived)?;
        match (self.first_with_id(arrived)?, arrived.hold) {
            (Some((hash, acc)), _) if hash == arrived.hash => Ok(Place::Had(acc)),
            (Some((_, acc)), _) if self.is_stub_of(arrived)? => Ok(Place::Had(acc)),
            (Some(_), _) => self.hold(arrived, OTHER_CONTENT),
            (None, Some(why)) => self.hold(arrived, why),
            (None, None) if self.claims_too_much(arrived)? => self.hold(arrived, NO_ORDER),
            (None, None) => match self.keeps_out(arrived)? {
                Some(why) => self.hold(arrived, why),
                None => self.take(arrived, heads),
            },
        }
    }

    /// A stub of what nobody erased would keep the body out for ever.
    fn claims_too_much(&mut self, arrived: &Arrived) -> Result<bool, StoreError> {
        Ok(arrived.stub_of.is_some() && self.eraser(arrived.id)?.is_none())
    }

    /// Who brought a change for its author; once for each carrier.
    fn note_carrier(&mut self, arrived: &Arrived) -> Result<(), StoreError> {
        let Some(carrier) = self.delivery.carrier else {
            return Ok(());
        };
        let put = "INSERT INTO carried (unit, id, carrier, dev, recv_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
        let row = [
            (&self.delivery.unit).into(),
            arrived.id.bytes().into(),
            carrier.bytes().into(),
            arrived.dev.bytes().into(),
            self.delivery.arrival_ms.into(),
        ];
        self.sql.run(put, &row)?;
        Ok(())
    }

    /// The first change of that id, in this notebook or in one that it took over.
    fn first_with_id(
        &mut self,
        arrived: &Arrived,
    ) -> Result<Option<([u8; 32], Acceptance)>, StoreError> {
        let get = "SELECT hash, scope, seq, epoch, eff, mac FROM change \
                   WHERE unit = ?1 AND id = ?2";
        let read = |row: &dyn Columns| Ok((row.array(0)?, row.acceptance(1)?));
        for unit in std::iter::once(&self.delivery.unit).chain(&self.before) {
            let key = [unit.into(), arrived.id.bytes().into()];
            let found = self.sql.first(get, &key, read)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn take(&mut self, arrived: &Arrived, heads: &mut Heads) -> Result<Place, StoreError> {
        let seq = heads.next(self.sql, &self.delivery.unit, &arrived.scope)?;
        self.insert(arrived, seq)?;
        self.enter(arrived)?;
        self.erase(arrived)?;
        self.name_readers(arrived)?;
        Ok(Place::Taken(Acceptance {
            scope: arrived.scope.clone(),
            seq,
            epoch: self.epoch.to_owned(),
            eff: arrived.eff,
            mac: arrived.mac.clone(),
        }))
    }

    pub(super) fn insert(&mut self, arrived: &Arrived, seq: u64) -> Result<(), StoreError> {
        let kept = self.kept(arrived)?;
        let (body, hash) = match &kept {
            Some(kept) => (kept.body.as_str(), &kept.hash),
            None => (&*arrived.body, &arrived.hash),
        };
        let unit = &self.delivery.unit;
        let put = "INSERT INTO change \
                   (unit, scope, seq, id, dev, n, epoch, eff, mac, body, hash, recv_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let eff = arrived.eff.to_string();
        let row = [
            unit.into(),
            (&arrived.scope).into(),
            seq.into(),
            arrived.id.bytes().into(),
            arrived.dev.bytes().into(),
            arrived.n.into(), // only for people who look; a device may write any number
            self.epoch.into(),
            (&eff).into(),
            (&arrived.mac).into(),
            body.as_bytes().into(),
            hash.into(),
            self.delivery.arrival_ms.into(),
        ];
        self.sql.run(put, &row)?;
        let put = "INSERT INTO rec_change (unit, rec, id) VALUES (?1, ?2, ?3) \
                   ON CONFLICT DO NOTHING";
        for rec in &arrived.recs {
            let row = [unit.into(), rec.bytes().into(), arrived.id.bytes().into()];
            self.sql.run(put, &row)?;
        }
        Ok(())
    }

    fn hold(&mut self, arrived: &Arrived, why: Hold) -> Result<Place, StoreError> {
        let put = "INSERT INTO held (unit, id, hash, body, code, say, recv_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
        let kept = self.kept(arrived)?;
        let body = kept.as_ref().map_or(&*arrived.body, |kept| &kept.body);
        let row = [
            (&self.delivery.unit).into(),
            arrived.id.bytes().into(),
            (&arrived.hash).into(),
            body.as_bytes().into(),
            why.code.into(),
            why.say.into(),
            self.delivery.arrival_ms.into(),
        ];
        self.sql.run(put, &row)?;
        Ok(Place::Held(why))
    }
}
