//! What is said of a change when it arrives, by sync or by file, before any database is asked.
//! No protocol and no HTTP: both ways in pass through here, so that they judge alike.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use records::json::Raw;
use records::{
    change::{Change, ChangeError, Erase, MOVED, ORDINARY, RecWrites, SECRET, parse_change},
    date, hex,
    id::{ChangeId, DeviceId, RecordId},
    published::Book,
    review,
    stamp::Stamp,
    wire::Acceptance,
};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{
    store::{Arrived, BookEntry, Giving, Hand, Hold, Insider, Row},
    vault,
};

const NO_ERASING: Hold = Hold {
    code: "khong_co_quyen",
    say: "Xóa theo luật cần người có thẩm quyền. Yêu cầu được giữ lại ở máy chủ, chưa thực hiện.",
};
const NO_WRITING: Hold = Hold {
    code: "khong_co_quyen",
    say: "Tài khoản này không được ghi vào sổ của đơn vị. Nội dung được giữ riêng ở máy chủ; hãy báo người quản trị.",
};
const NO_REVIEWING: Hold = Hold {
    code: "khong_co_quyen",
    say: "Duyệt và trả lại là việc của lãnh đạo. Bước này được giữ riêng ở máy chủ; hãy nhờ lãnh đạo duyệt từ máy của mình.",
};
const SHUT_OUT: Hold = Hold {
    code: "may_bi_thu_hoi",
    say: "Máy này đã bị thu hồi. Nội dung được giữ riêng ở máy chủ cho người quản trị xem xét.",
};
const OUT_OF_SCOPE: Hold = Hold {
    code: "khong_thuoc_pham_vi",
    say: "Máy chủ này chưa nhận ngăn của thay đổi này. Thay đổi được giữ riêng ở máy chủ.",
};

/// Who the history of a record names beside a number that was given.
const GIVER: &str = "Máy chủ cấp số";

pub(crate) fn scope(unit: &str, part: &str) -> String {
    format!("{unit}/{part}")
}

/// What the author of a change may do in the notebook it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rights {
    /// The author's device is not let in any more.
    pub(crate) is_shut_out: bool,
    pub(crate) may_write: bool,
    pub(crate) may_review: bool,
    pub(crate) may_erase: bool,
}

/// What a judgement needs besides the change.
pub(crate) struct Judge<'a> {
    pub(crate) mac_key: &'a [u8; 32],
    pub(crate) unit: &'a str,
    pub(crate) arrival_ms: u64,
    pub(crate) books: &'a [Book],
    pub(crate) rights: Rights,
    /// Who hands in what is of the secret compartment; nobody where that is off, or the author has no account.
    pub(crate) insider: Option<&'a Insider>,
}

impl Judge<'_> {
    /// The case that a change of the secret compartment writes to.
    fn case(change: &Change) -> Option<RecordId> {
        match change.recs.as_slice() {
            [writes] if change.part == SECRET => Some(writes.rec),
            _ => None,
        }
    }

    /// Whether nothing of a change may be kept here, not even aside: it is secret, and there is nothing to seal it with.
    pub(crate) fn turns_away(&self, change: &Change) -> bool {
        change.part == SECRET && (self.insider.is_none() || Self::case(change).is_none())
    }

    /// Judges a change. What an earlier life of this endpoint said of it counts when it can prove it.
    pub(crate) fn arrive(
        &self,
        change: &Change,
        raw: Raw,
        earlier: Option<&Acceptance>,
    ) -> Arrived {
        let case = Self::case(change);
        let scope = match case {
            Some(case) => scope(self.unit, &format!("{SECRET}/{case}")),
            None => scope(self.unit, &change.part),
        };
        let hash: [u8; 32] = Sha256::digest(raw.get().as_bytes()).into();
        let proof = |eff: Stamp| proof(self.mac_key, change.id, &scope, eff, &hash);
        let is_ours =
            |acc: &&Acceptance| bool::from(proof(acc.eff).as_bytes().ct_eq(acc.mac.as_bytes()));
        let earlier = earlier.filter(is_ours);
        let eff = match earlier {
            Some(acc) => acc.eff,
            None => change.stamp.clamped(change.lo, self.arrival_ms),
        };
        let rights = self.rights;
        // Whoever takes a denunciation out of the ordinary compartment loses nothing: what was there is kept, sealed.
        let is_move = |erase: &Erase| erase.reason == MOVED;
        let moves = self.insider.is_some() && change.erase.as_ref().is_some_and(is_move);
        let body = match (case, self.insider) {
            (Some(case), Some(insider)) => insider.vault.seal(case, raw.get()).into(),
            _ => raw.into_text(),
        };
        let kept: [u8; 32] = match vault::is_sealed(&body) {
            true => Sha256::digest(body.as_bytes()).into(),
            false => hash,
        };
        let hold = match change {
            // Whoever brings it back after a restore: it was taken, and judged then.
            _ if earlier.is_some() => None,
            _ if rights.is_shut_out => Some(SHUT_OUT),
            _ if !rights.may_write => Some(NO_WRITING),
            change if change.part != ORDINARY && case.is_none() => Some(OUT_OF_SCOPE),
            change if change.erase.is_some() && !rights.may_erase && !moves => Some(NO_ERASING),
            change if !rights.may_review && change.recs.iter().any(review::decides) => {
                Some(NO_REVIEWING)
            }
            _ => None,
        };
        Arrived {
            id: change.id,
            dev: change.dev,
            n: change.n,
            mac: proof(eff),
            scope,
            eff,
            recs: change.recs.iter().map(|writes| writes.rec).collect(),
            body,
            hash: kept,
            hold,
            entries: change
                .recs
                .iter()
                .filter_map(|writes| self.entry(writes))
                .collect(),
            erases: match &change.erase {
                Some(erase) => erase.ids.clone(),
                None => Vec::new(),
            },
            stub_of: change.stub,
            case,
            is_proven: earlier.is_some(),
            moves,
        }
    }

    /// What a change says of a record's place in a book.
    fn entry(&self, writes: &RecWrites) -> Option<BookEntry> {
        let book = self.books.iter().find(|book| book.form == writes.form)?;
        let typed = writes
            .set
            .get(&book.field)
            .and_then(serde_json::Value::as_u64);
        let day = writes
            .set
            .get(&book.date)
            .and_then(serde_json::Value::as_str);
        let year = day.and_then(date::parse).map(|day| date::to_civil(day).0);
        (typed.is_some() || year.is_some()).then(|| BookEntry {
            rec: writes.rec,
            form: writes.form.clone(),
            // PostgreSQL keeps no NUL in text. No form has a version with one.
            ver: writes.ver.replace('\0', ""),
            field: book.field.clone(),
            year,
            // What no book counts to is nobody's number.
            typed: typed.filter(|number| *number < NUMBERS_END),
        })
    }
}

/// A change that another endpoint took, as this one vouches for it from now on: the same bytes, scope and `eff`.
pub(crate) fn adopted(mac_key: &[u8; 32], row: Row) -> Result<Arrived, ChangeError> {
    let change = parse_change(row.body.as_bytes())?;
    let hash: [u8; 32] = Sha256::digest(row.body.as_bytes()).into();
    Ok(Arrived {
        id: change.id,
        dev: change.dev,
        n: change.n,
        mac: proof(mac_key, change.id, &row.acc.scope, row.acc.eff, &hash),
        scope: row.acc.scope,
        eff: row.acc.eff,
        recs: change.recs.iter().map(|writes| writes.rec).collect(),
        body: row.body.into(),
        hash,
        hold: None,
        // Its book is closed.
        entries: Vec::new(),
        // What it erased is erased there already.
        erases: Vec::new(),
        stub_of: None,
        case: None,
        is_proven: false,
        moves: false,
    })
}

/// Past any book.
const NUMBERS_END: u64 = 1_000_000_000;

/// Writes the changes by which numbers are given. In one life of the endpoint they are one device's.
pub(crate) fn hand(mac_key: [u8; 32]) -> Hand {
    Hand::new(move |giving| number(&mac_key, giving))
}

fn number(mac_key: &[u8; 32], giving: &Giving<'_>) -> Arrived {
    let name = |text: &str| {
        let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        std::array::from_fn(|at| hash.get(at).copied().unwrap_or(0))
    };
    let Giving { epoch, scope, .. } = giving;
    let dev = DeviceId::derived(name(&format!("{epoch}\n{scope}")));
    let id = ChangeId::derived(name(&format!("{epoch}\n{scope}\n{}", giving.seq)));
    let [a, b, c, d, ..] = *dev.bytes();
    let stamp = Stamp {
        ms: giving.arrival_ms,
        // Several in one millisecond keep their order.
        counter: u16::try_from(giving.seq & 0xffff).unwrap_or(0),
        dev: u32::from_be_bytes([a, b, c, d]),
    };
    let mut writes = RecWrites::new(giving.rec, giving.form, giving.ver);
    writes
        .set
        .insert(giving.field.to_owned(), giving.number.into());
    let change = Change {
        id,
        dev,
        n: giving.seq,
        stamp,
        lo: giving.arrival_ms,
        part: ORDINARY.to_owned(),
        who: Some(GIVER.to_owned()),
        app: None,
        recs: vec![writes],
        auto: true,
        erase: None,
        stub: None,
    };
    let body = change.to_json();
    let hash: [u8; 32] = Sha256::digest(body.as_bytes()).into();
    Arrived {
        id,
        dev,
        n: giving.seq,
        scope: (*scope).to_owned(),
        eff: stamp,
        recs: vec![giving.rec],
        mac: proof(mac_key, id, scope, stamp, &hash),
        body: body.into(),
        hash,
        hold: None,
        entries: Vec::new(),
        erases: Vec::new(),
        stub_of: None,
        case: None,
        is_proven: false,
        moves: false,
    }
}

fn proof(mac_key: &[u8; 32], id: ChangeId, scope: &str, eff: Stamp, hash: &[u8]) -> String {
    mac(
        mac_key,
        &format!("{id}\n{scope}\n{eff}\n{}", hex::encode(hash)),
    )
}

/// HMAC-SHA256 with the database's own key, as text.
pub(crate) fn mac(key: &[u8; 32], text: &str) -> String {
    // HMAC fills a key that is shorter than a block of the hash with zeros.
    let block: [u8; 64] = std::array::from_fn(|at| key.get(at).copied().unwrap_or(0));
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(text.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}
