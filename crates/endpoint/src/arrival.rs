//! What is said of a change when it arrives, by sync or by file, before any database is asked.
//! No protocol and no HTTP: both ways in pass through here, so that they judge alike.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use records::{
    change::{Change, ORDINARY},
    stamp::Stamp,
    wire::Acceptance,
};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::store::{Arrived, Hold};

const NO_AUTHORITY: Hold = Hold {
    code: "khong_co_quyen",
    say: "Xóa theo luật cần người có thẩm quyền. Yêu cầu được giữ lại ở máy chủ, chưa thực hiện.",
};
const OUT_OF_SCOPE: Hold = Hold {
    code: "khong_thuoc_pham_vi",
    say: "Máy chủ này chưa nhận ngăn của thay đổi này. Thay đổi được giữ riêng ở máy chủ.",
};

pub(crate) fn scope(unit: &str, part: &str) -> String {
    format!("{unit}/{part}")
}

/// What a judgement needs besides the change.
pub(crate) struct Judge<'a> {
    pub(crate) mac_key: &'a [u8; 32],
    pub(crate) unit: &'a str,
    pub(crate) arrival_ms: u64,
}

impl Judge<'_> {
    /// Judges a change. What an earlier life of this endpoint said of it counts when it can prove it.
    pub(crate) fn arrive(
        &self,
        change: &Change,
        raw: Box<RawValue>,
        earlier: Option<&Acceptance>,
    ) -> Arrived {
        let scope = scope(self.unit, &change.part);
        let hash: [u8; 32] = Sha256::digest(raw.get().as_bytes()).into();
        let hex = hex(&hash);
        let proof = |eff: Stamp| {
            mac(
                self.mac_key,
                &format!("{}\n{scope}\n{eff}\n{hex}", change.id),
            )
        };
        let is_ours =
            |acc: &&Acceptance| bool::from(proof(acc.eff).as_bytes().ct_eq(acc.mac.as_bytes()));
        let eff = match earlier.filter(is_ours) {
            Some(acc) => acc.eff,
            None => change.stamp.clamped(change.lo, self.arrival_ms),
        };
        let hold = match change {
            change if change.part != ORDINARY => Some(OUT_OF_SCOPE),
            // Who may erase is a matter of roles, and there are none yet; a stub claims an erasure.
            change if change.erase.is_some() || change.stub.is_some() => Some(NO_AUTHORITY),
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
            body: Box::<str>::from(raw),
            hash,
            hold,
        }
    }
}

fn mac(key: &[u8; 32], text: &str) -> String {
    // HMAC fills a key that is shorter than a block of the hash with zeros.
    let block: [u8; 64] = std::array::from_fn(|at| key.get(at).copied().unwrap_or(0));
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(text.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
