//! What an operator does with people, at the machine itself: what the administration page does, and the first step before it.

use std::io::{self, Write};

use records::{
    account::{Code, Grant, Person, Role},
    date,
    id::PersonId,
};

use super::{CommandError, open};
use crate::{
    account::{self, NotGiven, OPERATOR},
    now_ms,
    settings::{AddPerson, ChangePerson, PeoplePlace, PersonPlace, RevokeDevice, Where},
    store::{NotSet, Note, PersonSet, Store},
};

pub(super) fn note(place: &str, act: &'static str, about: String) -> Note {
    Note {
        place: place.to_owned(),
        who: OPERATOR.to_owned(),
        act,
        about,
        at: now_ms(),
    }
}

fn moment(ms: u64) -> String {
    format!("{} {} +07:00", date::today(ms), date::clock(ms))
}

pub(super) async fn list(at: &PeoplePlace) -> Result<(), CommandError> {
    let mut out = io::stdout();
    let store = open(&at.place)?;
    for person in store.people(Some(at.unit.clone()), now_ms()).await? {
        let state = if person.closed { ", đã khóa" } else { "" };
        let codes = match person.codes {
            0 => String::new(),
            codes => format!(", {codes} mã chưa dùng"),
        };
        let roles = labels(&person);
        writeln!(
            out,
            "{}  {} ({roles}){state}{codes}",
            person.id, person.name
        )?;
        for device in &person.devices {
            let heard = match device.seen_at {
                0 => "chưa liên lạc".to_owned(),
                at => format!(
                    "liên lạc {}, {} phiếu, {} lần ghi chờ gửi",
                    moment(at),
                    device.records,
                    device.waiting
                ),
            };
            let state = match (device.revoked_at, device.wipe) {
                (0, _) => String::new(),
                (at, false) => format!(", thu hồi {}", moment(at)),
                (at, true) => format!(", thu hồi {} và phải xóa", moment(at)),
            };
            writeln!(
                out,
                "    máy {}  {}: {heard}{state}",
                device.id, device.label
            )?;
        }
    }
    Ok(())
}

fn labels(person: &Person) -> String {
    let labels: Vec<&str> = person
        .grants
        .iter()
        .map(|grant| grant.role.label())
        .collect();
    labels.join(", ")
}

/// The person as they are now.
async fn there(store: &Store, who: &PersonPlace) -> Result<Person, CommandError> {
    let people = store.people(Some(who.at.unit.clone()), now_ms()).await?;
    let found = people.into_iter().find(|person| person.id == who.id);
    found.ok_or(CommandError::NoPerson)
}

fn grants(unit: &str, roles: &[Role]) -> Vec<Grant> {
    let grant = |role: &Role| Grant {
        unit: unit.to_owned(),
        role: *role,
    };
    roles.iter().map(grant).collect()
}

async fn set(
    store: &Store,
    person: PersonSet,
    is_new: bool,
    note: Note,
) -> Result<(), CommandError> {
    if let Some(grant) = person
        .grants
        .iter()
        .find(|grant| !grant.role.fits(&grant.unit))
    {
        return Err(CommandError::NoSuchRole(grant.role.name()));
    }
    match store.set_person(person, is_new, note).await? {
        Ok(()) => Ok(()),
        Err(NotSet::Unknown) => Err(CommandError::NoPerson),
        Err(NotSet::LastAdministrator) => Err(CommandError::LastAdministrator),
        Err(NotSet::Elsewhere) => Err(CommandError::Elsewhere),
    }
}

pub(super) async fn add(wish: &AddPerson) -> Result<(), CommandError> {
    let store = open(&wish.at.place)?;
    let unit = &wish.at.unit;
    let id = PersonId::new(now_ms(), account::new_name()?);
    let person = PersonSet {
        id,
        name: wish.name.trim().to_owned(),
        is_closed: false,
        places: vec![unit.clone()],
        grants: grants(unit, &wish.role),
    };
    if person.name.is_empty() {
        return Err(CommandError::NoPerson);
    }
    set(
        &store,
        person,
        true,
        note(unit, "them_nguoi", id.to_string()),
    )
    .await?;
    writeln!(io::stdout(), "Đã thêm {} ({id}).", wish.name.trim())?;
    give(&store, id, unit).await
}

pub(super) async fn change(wish: &ChangePerson) -> Result<(), CommandError> {
    let store = open(&wish.who.at.place)?;
    let unit = &wish.who.at.unit;
    let before = there(&store, &wish.who).await?;
    let kept: Vec<Role> = before.grants.iter().map(|grant| grant.role).collect();
    let roles = if wish.role.is_empty() {
        &kept
    } else {
        &wish.role
    };
    let person = PersonSet {
        id: before.id,
        name: wish.name.clone().unwrap_or(before.name),
        is_closed: wish.close || (before.closed && !wish.open),
        places: vec![unit.clone()],
        grants: grants(unit, roles),
    };
    set(
        &store,
        person,
        false,
        note(unit, "sua_nguoi", before.id.to_string()),
    )
    .await?;
    Ok(writeln!(io::stdout(), "Đã sửa.")?)
}

pub(super) async fn code(who: &PersonPlace) -> Result<(), CommandError> {
    let store = open(&who.at.place)?;
    give(&store, who.id, &who.at.unit).await
}

async fn give(store: &Store, person: PersonId, unit: &str) -> Result<(), CommandError> {
    let note = note(unit, "cap_ma", person.to_string());
    let code = account::give_code(store, person, unit.to_owned(), false, note).await;
    say(&code.map_err(not_given)?)
}

pub(super) async fn first(at: &PeoplePlace) -> Result<(), CommandError> {
    let store = open(&at.place)?;
    match account::first_code(&store, &at.unit)
        .await
        .map_err(not_given)?
    {
        Some(code) => say(&code),
        None => Ok(writeln!(
            io::stdout(),
            "Đơn vị đã có người quản trị với máy đã ghi danh. Cấp mã: people code --id …"
        )?),
    }
}

pub(super) fn not_given(why: NotGiven) -> CommandError {
    match why {
        NotGiven::Store(error) => error.into(),
        NotGiven::Random(error) => error.into(),
        NotGiven::Unknown => CommandError::NoPerson,
    }
}

fn say(code: &Code) -> Result<(), CommandError> {
    let until = moment(code.expires_at);
    Ok(writeln!(
        io::stdout(),
        "Mã ghi danh (dùng một lần, đến {until}): {}",
        code.code
    )?)
}

pub(super) async fn revoke(wish: &RevokeDevice) -> Result<(), CommandError> {
    let act = if wish.wipe { "xoa_may" } else { "thu_hoi" };
    let note = note("", act, wish.id.to_string());
    let done = open(&wish.place)?
        .revoke(wish.id, None, wish.wipe, note)
        .await?;
    if done.is_err() {
        return Err(CommandError::NoDevice);
    }
    Ok(writeln!(io::stdout(), "Đã thu hồi.")?)
}

/// Lines of the log that are read at once.
const LINES: u64 = 500;

pub(super) async fn log(place: &Where) -> Result<(), CommandError> {
    let store = open(place)?;
    let mut out = io::stdout();
    let mut last = 0;
    loop {
        let lines = store.audit(None, last, LINES).await?;
        let Some(newest) = lines.last() else {
            return Ok(());
        };
        last = newest.n;
        for line in &lines {
            let (n, at) = (line.n, moment(line.at));
            writeln!(out, "{n}  {at}  {}  {}  {}", line.who, line.act, line.about)?;
        }
    }
}

pub(super) async fn verify_log(place: &Where) -> Result<(), CommandError> {
    match open(place)?.verify_audit().await? {
        Ok(lines) => Ok(writeln!(
            io::stdout(),
            "Nhật ký: {lines} dòng, chuỗi băm nguyên vẹn."
        )?),
        Err(n) => Err(CommandError::BrokenLog(n)),
    }
}
