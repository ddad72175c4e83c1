//! People, what they may do where, their devices and codes, and the log of what was done to them.

use super::{
    Store, StoreError,
    audit::{Note, log},
    sql::{Columns, Sql},
};
use records::{
    account::{Device, Grant, Person, Role, known_roles},
    id::{DeviceId, PersonId, TokenId},
};

impl Store {
    /// Who comes with the token of this hash.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn visit(&self, hash: [u8; 32]) -> Result<Option<Visit>, StoreError> {
        self.readers.read(move |sql| visit(sql, &hash)).await
    }

    /// People who are something in a unit; all of them when none is named.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn people(
        &self,
        place: Option<String>,
        now_ms: u64,
    ) -> Result<Vec<Person>, StoreError> {
        let get = move |sql: &mut dyn Sql| people(sql, place.as_deref(), now_ms);
        self.readers.read(get).await
    }

    /// Whether somebody who administers this unit has a way in.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_administrator(&self, place: &str) -> Result<bool, StoreError> {
        let place = place.to_owned();
        let get = move |sql: &mut dyn Sql| has_administrator(sql, &place);
        self.readers.read(get).await
    }

    /// Makes or changes a person.
    ///
    /// # Errors
    /// When it could not be stored.
    pub async fn set_person(
        &self,
        person: PersonSet,
        is_new: bool,
        note: Note,
    ) -> Result<Result<(), NotSet>, StoreError> {
        let set = move |sql: &mut dyn Sql| set_person(sql, &person, is_new, &note);
        self.writer.alone(set).await
    }

    /// Keeps a code for a person who is something in its unit.
    ///
    /// # Errors
    /// When it could not be stored.
    pub async fn put_code(
        &self,
        code: CodeSet,
        note: Note,
    ) -> Result<Result<(), NotSet>, StoreError> {
        let put = move |sql: &mut dyn Sql| put_code(sql, &code, &note);
        self.writer.alone(put).await
    }

    /// Lets a device in with a code; none when there is no such code for it.
    ///
    /// # Errors
    /// When it could not be stored.
    pub async fn enrol(&self, wish: Enrolment) -> Result<Option<Visit>, StoreError> {
        self.writer.alone(move |sql| enrol(sql, &wish)).await
    }

    /// Shuts a device out, and has it delete everything if it should. `place`: only one of this unit.
    ///
    /// # Errors
    /// When it could not be stored.
    pub async fn revoke(
        &self,
        id: TokenId,
        place: Option<String>,
        wipe: bool,
        note: Note,
    ) -> Result<Result<(), NotSet>, StoreError> {
        let set = move |sql: &mut dyn Sql| revoke(sql, id, place.as_deref(), wipe, &note);
        self.writer.alone(set).await
    }

    /// Keeps what opens a device's lock, sealed.
    ///
    /// # Errors
    /// When it could not be stored.
    pub async fn put_recovery(
        &self,
        id: TokenId,
        sealed: Vec<u8>,
        note: Note,
    ) -> Result<(), StoreError> {
        let put = move |sql: &mut dyn Sql| put_recovery(sql, id, &sealed, &note);
        self.writer.alone(put).await
    }

    /// What opens the lock of a device of a unit, sealed, if it gave that; the log has who asked.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn recovery(
        &self,
        id: TokenId,
        place: String,
        note: Note,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let get = move |sql: &mut dyn Sql| recovery(sql, id, &place, &note);
        self.writer.alone(get).await
    }

    /// A device goes on under another name.
    ///
    /// # Errors
    /// When it could not be stored.
    pub async fn rename_device(&self, id: TokenId, device: DeviceId) -> Result<(), StoreError> {
        let set = move |sql: &mut dyn Sql| rename_device(sql, id, device);
        self.writer.alone(set).await
    }

    /// Ends the key that all devices shared.
    ///
    /// # Errors
    /// When it could not be stored.
    pub async fn end_device_key(&self) -> Result<(), StoreError> {
        let end = "DELETE FROM meta WHERE name = ?1";
        let end = move |sql: &mut dyn Sql| sql.run(end, &["device_key_hash".into()]).map(drop);
        self.writer.alone(end).await
    }
}

/// Who comes with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The device's way in.
    pub token: TokenId,
    /// The device it was given to, or the name that this took later.
    pub device: DeviceId,
    /// The person.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// Whose notebook it exchanges.
    pub place: String,
    /// What the person is there.
    pub roles: Vec<Role>,
    /// It is not let in any more.
    pub is_revoked: bool,
    /// It is to delete everything it holds.
    pub wipe: bool,
}

/// A person as they are to be.
#[derive(Debug, Clone)]
pub struct PersonSet {
    /// Who; new when nobody has this name for a thing.
    pub id: PersonId,
    /// The name.
    pub name: String,
    /// Nothing of theirs is let in any more.
    pub is_closed: bool,
    /// The units whose roles are said here; those in others stay.
    pub places: Vec<String>,
    /// The roles in those.
    pub grants: Vec<Grant>,
}

/// Why people are not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSet {
    /// There is no such person, device or code here.
    Unknown,
    /// A unit would have nobody left who administers it.
    LastAdministrator,
    /// An account is closed by who administers all that it is for.
    Elsewhere,
}

/// A code, as it is kept.
#[derive(Debug, Clone)]
pub struct CodeSet {
    /// Its hash.
    pub hash: [u8; 32],
    /// Whose.
    pub person: PersonId,
    /// For which notebook.
    pub place: String,
    /// Until when, ms.
    pub expires_at: u64,
    /// Those that the person was given before are no good any more.
    pub is_only: bool,
}

/// A device that was given a code.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The hash of the code.
    pub code: [u8; 32],
    /// What its way in will be called.
    pub id: TokenId,
    /// The hash of its token.
    pub token: [u8; 32],
    /// As it names itself.
    pub device: DeviceId,
    /// As its person calls it.
    pub label: String,
    /// Server time, ms.
    pub now_ms: u64,
}

pub(super) fn visit(sql: &mut dyn Sql, hash: &[u8; 32]) -> Result<Option<Visit>, StoreError> {
    let get = "SELECT t.id, t.dev, t.person, p.name, t.place, t.revoked_at, t.wipe, p.closed_at \
               FROM token t JOIN person p ON p.id = t.person WHERE t.hash = ?1";
    let found = sql.first(get, &[hash.into()], |row| {
        Ok(Visit {
            token: TokenId::of(row.array(0)?),
            device: DeviceId::of(row.array(1)?),
            person: PersonId::of(row.array(2)?),
            name: row.string(3)?,
            place: row.string(4)?,
            roles: Vec::new(),
            is_revoked: row.count(5)? > 0 || row.count(7)? > 0,
            wipe: row.count(6)? > 0,
        })
    })?;
    let Some(mut visit) = found else {
        return Ok(None);
    };
    let get = "SELECT role FROM authority WHERE person = ?1 AND place = ?2 ORDER BY role";
    let key = [visit.person.bytes().into(), (&visit.place).into()];
    visit.roles = known_roles(&sql.all(get, &key, |row| row.string(0))?);
    Ok(Some(visit))
}

/// People who are something in a unit; all of them when none is named.
pub(super) fn people(
    sql: &mut dyn Sql,
    place: Option<&str>,
    now_ms: u64,
) -> Result<Vec<Person>, StoreError> {
    let get = "SELECT id, name, closed_at FROM person ORDER BY name, id";
    let mut people = sql.all(get, &[], |row| {
        Ok(Person {
            id: PersonId::of(row.array(0)?),
            name: row.string(1)?,
            closed: row.count(2)? > 0,
            grants: Vec::new(),
            devices: Vec::new(),
            codes: 0,
        })
    })?;
    for person in &mut people {
        let key = [person.id.bytes().into()];
        let get = "SELECT place, role FROM authority WHERE person = ?1 ORDER BY place, role";
        let grants = sql.all(get, &key, |row| Ok((row.string(0)?, row.string(1)?)))?;
        let grant = |(unit, role): (String, String)| {
            let role = Role::named(&role)?;
            Some(Grant { unit, role })
        };
        person.grants = grants.into_iter().filter_map(grant).collect();
        person.devices = devices_of(sql, person.id)?;
        let get = "SELECT count(*) FROM code WHERE person = ?1 AND token = ?2 AND expires_at > ?3";
        let key = [
            person.id.bytes().into(),
            [].as_slice().into(),
            now_ms.into(),
        ];
        person.codes = sql.first(get, &key, |row| row.count(0))?.unwrap_or(0);
    }
    if let Some(place) = place {
        let is_here = |person: &Person| {
            let mut places = person.grants.iter().map(|grant| &grant.unit);
            let mut devices = person.devices.iter().map(|device| &device.unit);
            places.any(|unit| unit == place) || devices.any(|unit| unit == place)
        };
        people.retain(is_here);
        for person in &mut people {
            person.devices.retain(|device| device.unit == place);
            person.grants.retain(|grant| grant.unit == place);
        }
    }
    Ok(people)
}

fn devices_of(sql: &mut dyn Sql, person: PersonId) -> Result<Vec<Device>, StoreError> {
    let get = "SELECT id, dev, place, label, made_at, revoked_at, wipe FROM token \
               WHERE person = ?1 ORDER BY made_at DESC, id";
    let mut devices = sql.all(get, &[person.bytes().into()], |row| {
        Ok(Device {
            id: TokenId::of(row.array(0)?),
            device: DeviceId::of(row.array(1)?),
            unit: row.string(2)?,
            label: row.string(3)?,
            made_at: row.count(4)?,
            seen_at: 0,
            waiting: 0,
            records: 0,
            revoked_at: row.count(5)?,
            wipe: row.count(6)? > 0,
        })
    })?;
    for device in &mut devices {
        let get = "SELECT seen_at, waiting, records FROM device WHERE unit = ?1 AND dev = ?2";
        let key = [(&device.unit).into(), device.device.bytes().into()];
        let heard = |row: &dyn Columns| Ok((row.count(0)?, row.count(1)?, row.count(2)?));
        let heard = sql.first(get, &key, heard)?;
        (device.seen_at, device.waiting, device.records) = heard.unwrap_or_default();
    }
    Ok(devices)
}

/// Whether somebody who administers this unit has a way in.
pub(super) fn has_administrator(sql: &mut dyn Sql, place: &str) -> Result<bool, StoreError> {
    let get = "SELECT 1 FROM authority a JOIN person p ON p.id = a.person JOIN token t ON t.person = a.person \
               WHERE a.place = ?1 AND a.role = ?2 AND p.closed_at = 0 AND t.revoked_at = 0 AND t.place = ?1";
    let role = Role::Administrator.name();
    sql.has(get, &[place.into(), role.into()])
}

/// Whether anybody administers this unit, with or without a device.
fn is_administered(sql: &mut dyn Sql, place: &str) -> Result<bool, StoreError> {
    let get = "SELECT 1 FROM authority a JOIN person p ON p.id = a.person \
               WHERE a.place = ?1 AND a.role = ?2 AND p.closed_at = 0";
    let role = Role::Administrator.name();
    sql.has(get, &[place.into(), role.into()])
}

pub(super) fn set_person(
    sql: &mut dyn Sql,
    person: &PersonSet,
    is_new: bool,
    note: &Note,
) -> Result<Result<(), NotSet>, StoreError> {
    let key = person.id.bytes();
    let get = "SELECT name, closed_at FROM person WHERE id = ?1";
    let stored = sql.first(get, &[key.into()], |row| {
        Ok((row.string(0)?, row.count(1)?))
    })?;
    if !is_new && stored.is_none() {
        return Ok(Err(NotSet::Unknown));
    }
    let mut name = person.name.clone();
    if let Some((stored, closed_at)) = stored
        && is_something_elsewhere(sql, person)?
    {
        // Name and account are not one unit's alone.
        if person.is_closed != (closed_at > 0) {
            return Ok(Err(NotSet::Elsewhere));
        }
        name = stored;
    }
    let mut before = Vec::new();
    for place in &person.places {
        before.push(is_administered(sql, place)?);
    }
    sql.save_point()?;
    let closed_at = if person.is_closed { note.at } else { 0 };
    let put = "INSERT INTO person (id, name, made_at, closed_at) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (id) DO UPDATE SET name = excluded.name, closed_at = excluded.closed_at";
    let row = [key.into(), (&name).into(), note.at.into(), closed_at.into()];
    sql.run(put, &row)?;
    if person.is_closed {
        let clear = "DELETE FROM code WHERE person = ?1 AND token = ?2";
        sql.run(clear, &[key.into(), [].as_slice().into()])?;
    }
    for place in &person.places {
        let clear = "DELETE FROM authority WHERE person = ?1 AND place = ?2";
        sql.run(clear, &[key.into(), place.into()])?;
    }
    for Grant { unit, role } in &person.grants {
        let put = "INSERT INTO authority (person, place, role) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        sql.run(put, &[key.into(), unit.into(), role.name().into()])?;
    }
    for (place, was) in person.places.iter().zip(before) {
        if was && !is_administered(sql, place)? {
            sql.drop_part()?;
            return Ok(Err(NotSet::LastAdministrator));
        }
    }
    sql.keep_part()?;
    log(sql, note)?;
    Ok(Ok(()))
}

fn is_something_elsewhere(sql: &mut dyn Sql, person: &PersonSet) -> Result<bool, StoreError> {
    let get = "SELECT place FROM authority WHERE person = ?1";
    let places = sql.all(get, &[person.id.bytes().into()], |row| row.string(0))?;
    Ok(places.iter().any(|place| !person.places.contains(place)))
}

pub(super) fn put_code(
    sql: &mut dyn Sql,
    code: &CodeSet,
    note: &Note,
) -> Result<Result<(), NotSet>, StoreError> {
    let get = "SELECT 1 FROM person p JOIN authority a ON a.person = p.id \
               WHERE p.id = ?1 AND p.closed_at = 0 AND a.place = ?2";
    if !sql.has(get, &[code.person.bytes().into(), (&code.place).into()])? {
        return Ok(Err(NotSet::Unknown));
    }
    // Those that ran out are of no use to anybody.
    let clear = "DELETE FROM code WHERE expires_at < ?1 AND token = ?2";
    sql.run(clear, &[note.at.into(), [].as_slice().into()])?;
    if code.is_only {
        let clear = "DELETE FROM code WHERE person = ?1 AND place = ?2 AND token = ?3";
        let row = [
            code.person.bytes().into(),
            (&code.place).into(),
            [].as_slice().into(),
        ];
        sql.run(clear, &row)?;
    }
    let put = "INSERT INTO code (hash, person, place, made_at, expires_at, token) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
               ON CONFLICT DO NOTHING";
    let row = [
        (&code.hash).into(),
        code.person.bytes().into(),
        (&code.place).into(),
        note.at.into(),
        code.expires_at.into(),
        [].as_slice().into(),
    ];
    sql.run(put, &row)?;
    log(sql, note)?;
    Ok(Ok(()))
}

/// Lets a device in, once for each code; the same device with the same token again, since an answer may be lost.
pub(super) fn enrol(sql: &mut dyn Sql, wish: &Enrolment) -> Result<Option<Visit>, StoreError> {
    let get = "SELECT c.person, c.place, c.expires_at, c.token, p.name FROM code c JOIN person p ON p.id = c.person \
               WHERE c.hash = ?1 AND p.closed_at = 0";
    let found = sql.first(get, &[(&wish.code).into()], |row| {
        Ok((
            row.array::<16>(0)?,
            row.string(1)?,
            row.count(2)?,
            row.bytes(3)?.to_vec(),
            row.string(4)?,
        ))
    })?;
    let Some((person, place, expires_at, token, name)) = found else {
        return Ok(None);
    };
    if !token.is_empty() {
        let is_same = token == wish.token;
        return if is_same {
            visit(sql, &wish.token)
        } else {
            Ok(None)
        };
    }
    if expires_at <= wish.now_ms {
        return Ok(None);
    }
    let used = "UPDATE code SET token = ?1 WHERE hash = ?2";
    let use_up = [(&wish.token).into(), (&wish.code).into()];
    if let Some(known) = visit(sql, &wish.token)? {
        // Its answer to an earlier code was lost: it is the same device of the same person, or nobody.
        let is_same = *known.person.bytes() == person && known.place == place;
        if is_same && !known.is_revoked {
            sql.run(used, &use_up)?;
            return Ok(Some(known));
        }
        return Ok(None);
    }
    // What this device had before is not used any more.
    let end = "UPDATE token SET revoked_at = ?1 WHERE person = ?2 AND place = ?3 AND dev = ?4 AND revoked_at = 0";
    let row = [
        wish.now_ms.into(),
        (&person).into(),
        (&place).into(),
        wish.device.bytes().into(),
    ];
    sql.run(end, &row)?;
    let put = "INSERT INTO token (id, hash, person, place, dev, label, made_at, revoked_at, wipe, recovery) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, ?8)";
    let row = [
        wish.id.bytes().into(),
        (&wish.token).into(),
        (&person).into(),
        (&place).into(),
        wish.device.bytes().into(),
        (&wish.label).into(),
        wish.now_ms.into(),
        [].as_slice().into(),
    ];
    sql.run(put, &row)?;
    sql.run(used, &use_up)?;
    let note = Note {
        place,
        who: name,
        act: "ghi_danh",
        about: wish.id.to_string(),
        at: wish.now_ms,
    };
    log(sql, &note)?;
    visit(sql, &wish.token)
}

/// Shuts a device out, and has it delete everything if it should.
pub(super) fn revoke(
    sql: &mut dyn Sql,
    id: TokenId,
    place: Option<&str>,
    wipe: bool,
    note: &Note,
) -> Result<Result<(), NotSet>, StoreError> {
    let get = "SELECT place FROM token WHERE id = ?1";
    let found = sql.first(get, &[id.bytes().into()], |row| row.string(0))?;
    let Some(own) = found.filter(|own| place.is_none_or(|place| place == own)) else {
        return Ok(Err(NotSet::Unknown));
    };
    // Once shut out, it stays so from that moment on; an order to wipe may come later.
    let set = "UPDATE token SET revoked_at = ?1 WHERE id = ?2 AND revoked_at = 0";
    sql.run(set, &[note.at.into(), id.bytes().into()])?;
    if wipe {
        let set = "UPDATE token SET wipe = 1 WHERE id = ?1";
        sql.run(set, &[id.bytes().into()])?;
    }
    log(
        sql,
        &Note {
            place: own,
            ..note.clone()
        },
    )?;
    Ok(Ok(()))
}

/// Keeps what opens a device's lock, sealed.
pub(super) fn put_recovery(
    sql: &mut dyn Sql,
    id: TokenId,
    sealed: &[u8],
    note: &Note,
) -> Result<(), StoreError> {
    let set = "UPDATE token SET recovery = ?1 WHERE id = ?2";
    sql.run(set, &[sealed.into(), id.bytes().into()])?;
    log(sql, note)
}

/// What opens the lock of a device of a unit, sealed; that it was asked for is written down in the same moment.
pub(super) fn recovery(
    sql: &mut dyn Sql,
    id: TokenId,
    place: &str,
    note: &Note,
) -> Result<Option<Vec<u8>>, StoreError> {
    let get = "SELECT recovery FROM token WHERE id = ?1 AND place = ?2";
    let key = [id.bytes().into(), place.into()];
    let found = sql.first(get, &key, |row| Ok(row.bytes(0)?.to_vec()))?;
    let found = found.filter(|sealed| !sealed.is_empty());
    if found.is_some() {
        log(sql, note)?;
    }
    Ok(found)
}

/// A device goes on under another name: its profile had been copied.
pub(super) fn rename_device(
    sql: &mut dyn Sql,
    id: TokenId,
    device: DeviceId,
) -> Result<(), StoreError> {
    let set = "UPDATE token SET dev = ?1 WHERE id = ?2";
    sql.run(set, &[device.bytes().into(), id.bytes().into()])?;
    Ok(())
}
