//! What the administrator of a unit does: people, codes, devices, the log. Always with the endpoint; nothing of it is
//! kept here.

use records::{
    account::{Audit, Code, People, Person, PersonWish},
    id::{PersonId, TokenId},
    json::{Object, Read, ReadError},
    write::to_json,
};

use crate::{
    net::{self, NetError},
    work::Work,
};

/// Why the endpoint did not do it.
pub(crate) type Failure = NetError;

async fn ask<T: Read>(work: Work, verb: &str, body: Option<String>) -> Result<T, NetError> {
    let (endpoint, key) = {
        let tools = work.tools();
        let profile = tools.profile.borrow();
        (profile.endpoint.clone(), profile.key.clone())
    };
    net::ask(&endpoint, &key, verb, body).await
}

pub(crate) async fn all(work: Work) -> Result<People, NetError> {
    ask(work, "people", None).await
}

/// Makes a person, or changes one.
pub(crate) async fn set(
    work: Work,
    id: Option<PersonId>,
    wish: &PersonWish,
) -> Result<Person, NetError> {
    let verb = id.map_or_else(|| "people".to_owned(), |id| format!("people/{id}"));
    ask(work, &verb, Some(to_json(wish))).await
}

/// A code for one more device of a person.
pub(crate) async fn code(work: Work, id: PersonId) -> Result<Code, NetError> {
    ask(work, &format!("people/{id}/codes"), Some("{}".to_owned())).await
}

/// Shuts a device out.
pub(crate) async fn revoke(work: Work, id: TokenId, wipe: bool) -> Result<(), NetError> {
    let body = format!("{{\"wipe\":{wipe}}}");
    let Done = ask(work, &format!("tokens/{id}/revoke"), Some(body)).await?;
    Ok(())
}

/// What opens the lock of a device.
pub(crate) async fn recovery(work: Work, id: TokenId) -> Result<String, NetError> {
    let Recovery(code) = ask(work, &format!("tokens/{id}/recovery"), None).await?;
    Ok(code)
}

/// The log after a line.
pub(crate) async fn log(work: Work, after: u64) -> Result<Audit, NetError> {
    ask(work, &format!("audit?after={after}"), None).await
}

/// Where the person opens the app, and what they are let in with.
pub(crate) fn link(work: Work, app: &str, code: &str) -> String {
    let tools = work.tools();
    let endpoint = tools.profile.borrow().endpoint.clone();
    let endpoint = endpoint.trim_end_matches('/');
    let app = app.trim_end_matches('/');
    // An app that its own endpoint serves needs no address.
    if app == endpoint || app.starts_with(&format!("{endpoint}/")) {
        return format!("{app}/#/ket-noi?ma={code}");
    }
    format!("{app}/#/ket-noi?may={endpoint}&ma={code}")
}

struct Recovery(String);

impl Read for Recovery {
    fn read(raw: &str) -> Result<Self, ReadError> {
        Object::read(raw)?.text("code").map(Self)
    }
}

/// An answer that says nothing more.
struct Done;

impl Read for Done {
    fn read(raw: &str) -> Result<Self, ReadError> {
        Object::read(raw).map(|_| Self)
    }
}
