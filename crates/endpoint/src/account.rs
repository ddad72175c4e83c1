//! Who is at the door: a device with its own token, or with the key that all shared before there were accounts.
//! Tokens and codes are random; the database has their hashes only.

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use records::{
    account::{self, Action, Grant, Role, may},
    hex,
    id::{DeviceId, PersonId, TokenId},
};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{
    Endpoint,
    arrival::mac,
    device_key, now_ms,
    store::{CodeSet, Insider, NotSet, Note, PersonSet, Store, StoreError, Visit},
};

/// How long a code can be used.
pub(crate) const CODE_MS: u64 = 72 * 60 * 60 * 1000;
/// Whose doing it is when it was done at the machine itself.
pub(crate) const OPERATOR: &str = "may_chu";
/// What the first person is called until somebody says otherwise.
const FIRST: &str = "Người quản trị";

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// None with the shared key.
    pub(crate) visit: Option<Visit>,
    /// Whose notebook is asked about.
    pub(crate) unit: String,
    roles: Vec<Role>,
}

impl Visitor {
    /// Whether they may do this with the notebook they ask about. Who was shut out may nothing.
    pub(crate) fn may(&self, action: Action) -> bool {
        !self.is_revoked() && may(&self.roles, action)
    }

    pub(crate) fn is_revoked(&self) -> bool {
        self.visit.as_ref().is_some_and(|visit| visit.is_revoked)
    }

    /// What they may do there; of those with the shared key nobody knows.
    pub(crate) fn roles(&self) -> Option<&[Role]> {
        self.visit.is_some().then_some(&self.roles)
    }

    /// The person, for what is of the secret compartment; only where it is on, and only of who has an account.
    pub(crate) fn insider(&self, endpoint: &Endpoint) -> Option<Insider> {
        let (vault, visit) = (endpoint.vault()?, self.visit.as_ref()?);
        Some(Insider {
            person: visit.person,
            is_leader: self.roles.contains(&Role::Leader),
            vault: vault.clone(),
        })
    }

    /// The name in the log.
    pub(crate) fn name(&self) -> String {
        let name = self.visit.as_ref().map(|visit| visit.name.clone());
        name.unwrap_or_else(|| "khoa_chung".to_owned())
    }

    /// A line for the log about what they do.
    pub(crate) fn note(&self, act: &'static str, about: String) -> Note {
        Note {
            place: self.unit.clone(),
            who: self.name(),
            act,
            about,
            at: now_ms(),
        }
    }
}

impl Endpoint {
    /// Who comes with this key, if anybody.
    pub(crate) async fn visitor(&self, key: &str) -> Result<Option<Visitor>, StoreError> {
        let hash = device_key::hash(key);
        let shared = self.device_key_hash();
        if shared.is_some_and(|shared| bool::from(hash.ct_eq(shared))) {
            return Ok(Some(Visitor {
                visit: None,
                unit: self.unit().code.clone(),
                roles: vec![Role::Officer, Role::Leader],
            }));
        }
        // Found by the hash of 256 random bits: how long the search takes tells nothing of the token.
        let visit = self.store().visit(hash).await?;
        Ok(visit.map(|visit| Visitor {
            unit: visit.place.clone(),
            roles: visit.roles.clone(),
            visit: Some(visit),
        }))
    }

    /// What an order to wipe this device says: only who knows the database's own key can say it.
    pub(crate) fn wipe_word(&self, id: TokenId) -> String {
        mac(self.mac_key(), &format!("so-tay-dan-van/xoa-may/1\n{id}"))
    }

    /// By what the device will know that order.
    pub(crate) fn wipe_hash(&self, id: TokenId) -> String {
        hex::encode(&Sha256::digest(self.wipe_word(id)))
    }
}

/// The key under which codes that open locks lie in the database: it follows from the database's own.
fn recovery_key(endpoint: &Endpoint) -> Aes256Gcm {
    let mut key = [0; 32];
    // 32 bytes are less than HKDF can give: it does not fail.
    let given = Hkdf::<Sha256>::new(None, endpoint.mac_key())
        .expand(b"so-tay-dan-van/ma-mo-khoa/1", &mut key);
    if let Err(error) = given {
        tracing::error!(%error, "no key follows from the database's own");
    }
    Aes256Gcm::new(&key.into())
}

/// Seals a code for one device.
pub(crate) fn seal_recovery(
    endpoint: &Endpoint,
    id: TokenId,
    code: &str,
) -> Result<Vec<u8>, getrandom::Error> {
    let mut nonce = [0; 12];
    getrandom::fill(&mut nonce)?;
    let payload = Payload {
        msg: code.as_bytes(),
        aad: id.bytes(),
    };
    let sealed = recovery_key(endpoint).encrypt(&nonce.into(), payload);
    // A code is shorter than AES-GCM can seal: it does not fail.
    Ok([&nonce[..], &sealed.unwrap_or_default()].concat())
}

/// The code that was sealed for a device.
pub(crate) fn open_recovery(endpoint: &Endpoint, id: TokenId, sealed: &[u8]) -> Option<String> {
    let (nonce, msg) = sealed.split_at_checked(12)?;
    let nonce: [u8; 12] = nonce.try_into().ok()?;
    let aad = id.bytes();
    let opened = recovery_key(endpoint).decrypt(&nonce.into(), Payload { msg, aad });
    String::from_utf8(opened.ok()?).ok()
}

/// What the database keeps of a code.
pub(crate) fn code_hash(typed: &str) -> [u8; 32] {
    Sha256::digest(account::meant(typed)).into()
}

/// A new name for a person or a token.
pub(crate) fn new_name() -> Result<[u8; 10], getrandom::Error> {
    let mut random = [0; 10];
    getrandom::fill(&mut random)?;
    Ok(random)
}

/// Why no code was given.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotGiven {
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system has no random bytes.
    #[error(transparent)]
    Random(#[from] getrandom::Error),
    /// There is no such person in that unit.
    #[error("no such person in that unit")]
    Unknown,
}

/// Gives a person a code for one more device.
pub(crate) async fn give_code(
    store: &Store,
    person: PersonId,
    place: String,
    is_only: bool,
    note: Note,
) -> Result<account::Code, NotGiven> {
    let mut random = [0; 20];
    getrandom::fill(&mut random)?;
    let code = account::code(random);
    let expires_at = note.at + CODE_MS;
    let set = CodeSet {
        hash: code_hash(&code),
        person,
        place,
        expires_at,
        is_only,
    };
    match store.put_code(set, note).await? {
        Ok(()) => Ok(account::Code { code, expires_at }),
        Err(NotSet::Unknown | NotSet::LastAdministrator | NotSet::Elsewhere) => {
            Err(NotGiven::Unknown)
        }
    }
}

/// A code for the first person of a unit, while nobody administers it from a device; the person is made when there is none.
pub(crate) async fn first_code(
    store: &Store,
    place: &str,
) -> Result<Option<account::Code>, NotGiven> {
    if store.has_administrator(place).await? {
        return Ok(None);
    }
    let note = |act, about| Note {
        place: place.to_owned(),
        who: OPERATOR.to_owned(),
        act,
        about,
        at: now_ms(),
    };
    let people = store.people(Some(place.to_owned()), now_ms()).await?;
    let administers = |person: &&account::Person| {
        let is_one = |grant: &Grant| grant.role == Role::Administrator;
        !person.closed && person.grants.iter().any(is_one)
    };
    let id = match people.iter().find(administers) {
        Some(person) => person.id,
        None => {
            let id = PersonId::new(now_ms(), new_name()?);
            let grant = |role| Grant {
                unit: place.to_owned(),
                role,
            };
            let first = PersonSet {
                id,
                name: FIRST.to_owned(),
                is_closed: false,
                places: vec![place.to_owned()],
                grants: Role::ALL
                    .into_iter()
                    .filter(|role| role.fits(place))
                    .map(grant)
                    .collect(),
            };
            // Of a new person nothing can be refused.
            let made = store.set_person(first, true, note("them_nguoi", FIRST.to_owned()));
            if made.await?.is_err() {
                return Err(NotGiven::Unknown);
            }
            id
        }
    };
    // What an earlier start printed lies in some journal.
    give_code(
        store,
        id,
        place.to_owned(),
        true,
        note("cap_ma", FIRST.to_owned()),
    )
    .await
    .map(Some)
}

/// A device that goes on under another name than its token was given to.
pub(crate) fn renamed(visitor: &Visitor, device: DeviceId) -> Option<TokenId> {
    let visit = visitor.visit.as_ref()?;
    (visit.device != device && !visit.is_revoked).then_some(visit.token)
}
