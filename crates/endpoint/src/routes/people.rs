//! `/v1/people`, `/v1/tokens` and `/v1/audit`: what the administrator of a unit does there, and never elsewhere.

use axum::{
    Extension, Json,
    extract::{Path, Request, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use records::{
    account::{Action, Audit, Grant, People, Person, PersonWish, Role, may},
    id::{PersonId, TokenId},
    json::{Object, Read, ReadError},
    secret::{Colleague, Colleagues},
};

use super::handed;
use crate::{
    Endpoint,
    account::{NotGiven, Visitor, give_code, new_name, open_recovery, seal_recovery},
    http::problem::Problem,
    now_ms,
    plain::plain,
    store::{NotSet, PersonSet},
};

/// A longer name of a person is refused.
const NAME_CHARS_MAX: usize = 100;
/// No code is longer.
const CODE_BYTES_MAX: usize = 64;
/// Lines of the log in one answer.
const LINES_MAX: u64 = 200;

pub(super) async fn list(
    State(endpoint): State<Endpoint>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Problem> {
    let people = people(&endpoint, &visitor).await?;
    let unit = endpoint.unit_named(&visitor.unit);
    Ok(Json(People { unit, people }).into_response())
}

/// Whom a case can be given to: names and roles of who writes in the unit, and nothing else of them.
pub(super) async fn colleagues(
    State(endpoint): State<Endpoint>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Problem> {
    let all = people(&endpoint, &visitor).await?.into_iter();
    let colleague = |person: Person| {
        let roles: Vec<Role> = person.grants.iter().map(|grant| grant.role).collect();
        let writes = !person.closed && may(&roles, Action::Write);
        writes.then_some(Colleague {
            id: person.id,
            name: person.name,
            roles,
        })
    };
    let people = all.filter_map(colleague).collect();
    Ok(Json(Colleagues { people }).into_response())
}

async fn people(endpoint: &Endpoint, visitor: &Visitor) -> Result<Vec<Person>, Problem> {
    let place = Some(visitor.unit.clone());
    Ok(endpoint.store().people(place, now_ms()).await?)
}

pub(super) async fn add(
    State(endpoint): State<Endpoint>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
) -> Result<Response, Problem> {
    let wish = handed::read(&endpoint, request, read_wish).await?;
    let random = new_name().map_err(no_random)?;
    set(
        &endpoint,
        &visitor,
        PersonId::new(now_ms(), random),
        wish,
        true,
    )
    .await
}

pub(super) async fn change(
    State(endpoint): State<Endpoint>,
    Extension(visitor): Extension<Visitor>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let wish = handed::read(&endpoint, request, read_wish).await?;
    let id = named(id)?;
    // A person of another unit is not there for this administrator.
    let before = people(&endpoint, &visitor).await?;
    if !before.iter().any(|person| person.id == id) {
        return Err(Problem::NotFound);
    }
    set(&endpoint, &visitor, id, wish, false).await
}

async fn set(
    endpoint: &Endpoint,
    visitor: &Visitor,
    id: PersonId,
    wish: PersonWish,
    is_new: bool,
) -> Result<Response, Problem> {
    let name = plain(&wish.name, NAME_CHARS_MAX);
    if name.is_empty() || !wish.roles.iter().all(|role| role.fits(&visitor.unit)) {
        return Err(Problem::BadPerson);
    }
    let roles: Vec<&str> = wish.roles.iter().map(|role| role.name()).collect();
    let state = if wish.closed { "đóng" } else { "mở" };
    let about = format!("{id} {} {state}", roles.join(","));
    let act = if is_new { "them_nguoi" } else { "sua_nguoi" };
    let grant = |role| Grant {
        unit: visitor.unit.clone(),
        role,
    };
    let person = PersonSet {
        id,
        name,
        is_closed: wish.closed,
        places: vec![visitor.unit.clone()],
        grants: wish.roles.into_iter().map(grant).collect(),
    };
    let note = visitor.note(act, about);
    refused(endpoint.store().set_person(person, is_new, note).await?)?;
    let all = people(endpoint, visitor).await?;
    let set = all.into_iter().find(|person| person.id == id);
    // Whoever is nothing here any more and has no device here is not there.
    let gone = || Person {
        id,
        name: String::new(),
        closed: true,
        grants: Vec::new(),
        devices: Vec::new(),
        codes: 0,
    };
    Ok(Json(set.unwrap_or_else(gone)).into_response())
}

pub(super) async fn code(
    State(endpoint): State<Endpoint>,
    Extension(visitor): Extension<Visitor>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Problem> {
    handed::read(&endpoint, request, read_nothing).await?;
    let id: PersonId = named(id)?;
    let note = visitor.note("cap_ma", id.to_string());
    match give_code(endpoint.store(), id, visitor.unit.clone(), false, note).await {
        Ok(code) => Ok(Json(code).into_response()),
        Err(NotGiven::Unknown) => Err(Problem::NotFound),
        Err(NotGiven::Store(error)) => Err(error.into()),
        Err(NotGiven::Random(error)) => Err(no_random(error)),
    }
}

pub(super) async fn revoke(
    State(endpoint): State<Endpoint>,
    Extension(visitor): Extension<Visitor>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let wish = handed::read(&endpoint, request, |_, text| {
        Revocation::read(text).or(Err(Problem::BadJson))
    })
    .await?;
    let id: TokenId = named(id)?;
    let act = if wish.wipe { "xoa_may" } else { "thu_hoi" };
    let note = visitor.note(act, id.to_string());
    let place = Some(visitor.unit.clone());
    refused(endpoint.store().revoke(id, place, wish.wipe, note).await?)?;
    Ok(Json(serde_json::json!({"ok": true})).into_response())
}

/// A device gives the code that opens its lock, for the day its person has forgotten the PIN.
pub(super) async fn put_recovery(
    State(endpoint): State<Endpoint>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
) -> Result<Response, Problem> {
    let code = handed::read(&endpoint, request, |_, text| {
        let code = Object::read(text).and_then(|said| said.text("code"));
        code.or(Err(Problem::BadJson))
    });
    let code = code.await?;
    // Whoever has no token of their own has nobody who would ask for it.
    let Some(visit) = visitor
        .visit
        .as_ref()
        .filter(|_| code.len() <= CODE_BYTES_MAX)
    else {
        return Err(Problem::BadJson);
    };
    let id = visit.token;
    let sealed = seal_recovery(&endpoint, id, &code).map_err(no_random)?;
    let note = visitor.note("gui_ma_mo_khoa", id.to_string());
    endpoint.store().put_recovery(id, sealed, note).await?;
    Ok(Json(serde_json::json!({"ok": true})).into_response())
}

/// The administrator reads it out to whoever forgot the PIN.
pub(super) async fn recovery(
    State(endpoint): State<Endpoint>,
    Extension(visitor): Extension<Visitor>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let id: TokenId = named(id)?;
    let note = visitor.note("xem_ma_mo_khoa", id.to_string());
    let sealed = endpoint
        .store()
        .recovery(id, visitor.unit.clone(), note)
        .await?;
    let code = sealed.and_then(|sealed| open_recovery(&endpoint, id, &sealed));
    let code = code.ok_or(Problem::NotFound)?;
    Ok(Json(serde_json::json!({"code": code})).into_response())
}

pub(super) async fn audit(
    State(endpoint): State<Endpoint>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
) -> Result<Response, Problem> {
    let mut asked = request.uri().query().unwrap_or_default().split('&');
    let after = asked.find_map(|pair| pair.strip_prefix("after="));
    let after: u64 = after.map_or(Ok(0), str::parse).or(Err(Problem::BadJson))?;
    let place = Some(visitor.unit.clone());
    let mut lines = endpoint.store().audit(place, after, LINES_MAX + 1).await?;
    let most = usize::try_from(LINES_MAX).unwrap_or(usize::MAX);
    let more = lines.len() > most;
    lines.truncate(most);
    Ok(Json(Audit { lines, more }).into_response())
}

/// What phones do where no endpoint sees it, told afterwards.
pub(super) async fn say(
    State(endpoint): State<Endpoint>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
) -> Result<Response, Problem> {
    let acts = handed::read(&endpoint, request, |_, text| {
        Acts::read(text).or(Err(Problem::BadJson))
    })
    .await?;
    if acts.acts.len() > ACTS_MAX {
        return Err(Problem::TooLarge);
    }
    for act in &acts.acts {
        let known = TOLD.iter().find(|known| **known == act.act);
        let Some(known) = known else {
            continue; // of a newer app
        };
        let about = plain(&act.about, ABOUT_CHARS_MAX);
        let at = act.at.min(now_ms());
        let about = format!("{about} (lúc {at})");
        endpoint.store().log(visitor.note(known, about)).await?;
    }
    Ok(Json(serde_json::json!({"ok": true})).into_response())
}

/// What phones tell of: an export, a view of a secret.
const TOLD: [&str; 4] = ["xuat", "xem_mat", "xuat_mat", "chuyen_mat"];
/// More in one request are not read.
const ACTS_MAX: usize = 100;
/// More of what it was about is cut.
const ABOUT_CHARS_MAX: usize = 200;

struct Acts {
    acts: Vec<Act>,
}

struct Act {
    at: u64,
    act: String,
    about: String,
}

impl Read for Acts {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let acts = Object::read(raw)?.item("acts")?;
        Ok(Self { acts })
    }
}

impl Read for Act {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let act = Object::read(raw)?;
        Ok(Self {
            at: act.number("at")?,
            act: act.text("act")?,
            about: act.text_or_empty("about")?,
        })
    }
}

/// What an order to shut a device out says.
struct Revocation {
    wipe: bool,
}

impl Read for Revocation {
    fn read(raw: &str) -> Result<Self, ReadError> {
        let wipe = Object::read(raw)?.flag_or_false("wipe")?;
        Ok(Self { wipe })
    }
}

fn read_wish(_: &Endpoint, text: &str) -> Result<PersonWish, Problem> {
    PersonWish::read(text).or(Err(Problem::BadJson))
}

/// An empty object: what asks for something new has a body, so that no page of another site can ask in a form.
fn read_nothing(_: &Endpoint, text: &str) -> Result<(), Problem> {
    Object::read(text).map(drop).or(Err(Problem::BadJson))
}

fn named<T: std::str::FromStr>(id: Result<Path<String>, PathRejection>) -> Result<T, Problem> {
    let Path(id) = id.or(Err(Problem::NotFound))?;
    id.parse().or(Err(Problem::NotFound))
}

fn refused(done: Result<(), NotSet>) -> Result<(), Problem> {
    done.map_err(|why| match why {
        NotSet::Unknown => Problem::NotFound,
        NotSet::LastAdministrator => Problem::LastAdministrator,
        NotSet::Elsewhere => Problem::Elsewhere,
    })
}

fn no_random(error: getrandom::Error) -> Problem {
    tracing::error!(%error, "no random bytes");
    Problem::Internal
}
