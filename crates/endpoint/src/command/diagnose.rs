//! What an operator sends to somebody who helps: which release, which settings, how much is there, and whether it is
//! whole. No name of a person, no text of a record, no password, key or code; a test looks for planted ones.

use std::{
    env, fs,
    io::{self, Write},
    path::Path,
};

use axum::http::HeaderValue;
use records::{account::Role, date};
use serde_json::{Map, Value, json};

use super::{CommandError, daily};
use crate::{
    settings::{Daily, Diagnose, Serve},
    store::{self, Database, Figures, Verified},
    tls::Certificate,
};

/// How the mark of a build stands in the page of the app.
const BUILD: &str = "<meta name=\"so-tay-build\" content=\"";

/// Prints it. What is broken is said in it: only a terminal that is gone is an error.
pub(super) fn print(wish: &Diagnose) -> Result<(), CommandError> {
    let now = crate::now_ms();
    let serve = &wish.serve;
    let report = json!({
        "made_at": moment(now),
        "version": env!("CARGO_PKG_VERSION"),
        "target": target(),
        "system": system(),
        "settings": settings(serve),
        "database": database(&serve.place.database),
        "app": serve.app.as_deref().map(app),
        "certificate": certificate(serve, now),
        "backups": backups(&wish.daily),
    });
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &report).map_err(io::Error::from)?;
    Ok(writeln!(out)?)
}

fn moment(ms: u64) -> String {
    format!("{} {}", date::today(ms), date::clock(ms))
}

/// What this binary was built for.
fn target() -> String {
    let more = if cfg!(target_env = "musl") {
        "-musl"
    } else {
        ""
    };
    format!("{}-{}{more}", env::consts::ARCH, env::consts::OS)
}

/// The operating system, as it calls itself.
fn system() -> Option<String> {
    let text = fs::read_to_string("/etc/os-release").ok()?; // elsewhere it says nothing
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(name.trim_matches('"').to_owned())
}

/// The settings in force. Of the key that all share only whether there is one, of others where they lie; passwords are in
/// no place's name.
fn settings(serve: &Serve) -> Value {
    let origins: Vec<&str> = serve.allow_origin.iter().filter_map(origin).collect();
    json!({
        "listen": serve.listen,
        "database": place(&serve.place.database),
        "app": serve.app.as_deref().map(shown),
        "unit": serve.unit,
        "unit_name": serve.unit_name,
        "has_device_key": serve.device_key.is_some(),
        "tls_cert": serve.tls_cert.as_deref().map(shown),
        "tls_key": serve.tls_key.as_deref().map(shown),
        "mat_key": serve.mat_key.as_deref().map(shown),
        "allow_remote": serve.allow_remote,
        "allow_origin": origins,
        "log": env::var("SO_TAY_LOG").ok(), // not set: as it is built
    })
}

fn origin(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok() // it was typed: it is text
}

fn place(database: &Database) -> String {
    match database {
        Database::Sqlite(file) => format!("sqlite:{}", shown(file)),
        Database::Postgres(_) => database.to_string(),
    }
}

/// A path, without the name of whose home it is in.
fn shown(path: &Path) -> String {
    without_homes(&path.display().to_string())
}

fn without_homes(text: &str) -> String {
    let mut shown = text.to_owned();
    for homes in ["/home/", "/Users/"] {
        let mut pieces = shown.split(homes);
        let mut kept = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            // A name may have spaces: up to the next folder, or all of it.
            let end = piece.find('/').unwrap_or(piece.len());
            kept.push_str(homes);
            kept.push('…');
            kept.push_str(piece.get(end..).unwrap_or_default());
        }
        shown = kept;
    }
    shown
}

fn why(error: &impl ToString) -> Value {
    json!({ "why": without_homes(&error.to_string()) })
}

fn database(database: &Database) -> Value {
    match store::is_there(database) {
        Ok(true) => {}
        Ok(false) => return json!({ "is_there": false }),
        Err(error) => return why(&error),
    }
    let whole = match store::verify(database) {
        Ok(Verified {
            changes,
            bytes,
            scopes,
        }) => json!({ "is_whole": true, "changes": changes, "bytes": bytes, "scopes": scopes }),
        Err(error) => json!({ "is_whole": false, "why": without_homes(&error.to_string()) }),
    };
    let found = match store::figures(database) {
        Ok(found) => found,
        Err(error) => return json!({ "is_there": true, "whole": whole, "figures": why(&error) }),
    };
    let disk = match database {
        Database::Sqlite(file) => free_bytes(file.parent().unwrap_or(file)),
        Database::Postgres(_) => None,
    };
    json!({
        "is_there": true,
        "engine": found.engine,
        "schema": found.schema,
        "bytes": found.bytes,
        "free_bytes": disk,
        "whole": whole,
        "counts": counts(&found),
        "people_by_role": found.roles.map(by_role),
        "held_by_reason": found.held.map(|held| held.into_iter().collect::<Counts>()),
        "log": match found.audit {
            Ok(Ok(lines)) => json!({ "is_whole": true, "lines": lines }),
            Ok(Err(n)) => json!({ "is_whole": false, "first_broken": n }),
            Err(error) => why(&error),
        },
    })
}

type Counts = std::collections::BTreeMap<String, u64>;

fn counts(found: &Figures) -> Map<String, Value> {
    let counts = found.counts.iter();
    counts
        .map(|(what, count)| ((*what).to_owned(), json!(count)))
        .collect()
}

/// A role of another release is told as one, and not by its name.
fn by_role(roles: Vec<(String, u64)>) -> Counts {
    let mut counts = Counts::new();
    for (role, count) in roles {
        let name = Role::named(&role).map_or("other", Role::name);
        *counts.entry(name.to_owned()).or_default() += count;
    }
    counts
}

/// Which build of the app is served.
fn app(folder: &Path) -> Value {
    let page = match fs::read_to_string(folder.join("index.html")) {
        Ok(page) => page,
        Err(error) => return why(&error),
    };
    let build = page
        .split_once(BUILD)
        .and_then(|(_, rest)| rest.split('"').next());
    json!({ "build": build })
}

/// Until when the certificate is good.
fn certificate(serve: &Serve, now: u64) -> Option<Value> {
    let (chain, key) = (serve.tls_cert.clone()?, serve.tls_key.clone()?);
    Some(match (Certificate { chain, key }).last_day() {
        Ok(day) => {
            let days = |day: &String| Some(date::parse(day)? - date::parse(&date::today(now))?);
            json!({ "last_day": day, "days_left": day.as_ref().and_then(days) })
        }
        Err(error) => why(&error),
    })
}

/// The backups in the folder of every day, where the operator named one.
fn backups(daily: &Daily) -> Option<Value> {
    let folder = daily.into.as_deref()?;
    Some(match daily::kept(folder) {
        Ok(kept) => {
            let (newest, bytes) = kept.newest.unzip();
            json!({
                "folder": shown(folder),
                "keep_days": daily.keep_days,
                "count": kept.count,
                "newest": newest,
                "newest_bytes": bytes,
                "free_bytes": free_bytes(folder),
            })
        }
        Err(error) => why(&error),
    })
}

/// How much room is left where a folder is.
#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let here = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let disk = rustix::fs::statvfs(here).ok()?; // a folder that cannot be reached has no room
    disk.f_frsize.checked_mul(disk.f_bavail)
}

#[cfg(not(unix))]
fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_home_it_is_stays_out() {
        for (text, expected) in [
            ("/var/lib/so-tay/so-tay.db", "/var/lib/so-tay/so-tay.db"),
            ("/home/nguyen-van-a/so-tay.db", "/home/…/so-tay.db"),
            ("/home/nguyễn văn a", "/home/…"),
            (
                "cannot open /Users/le.thi.b/a and /home/c/d: no",
                "cannot open /Users/…/a and /home/…/d: no",
            ),
        ] {
            assert_eq!(without_homes(text), expected);
        }
    }

    #[test]
    fn a_role_that_nobody_knows_here_has_no_name() {
        let roles = [("can_bo", 3), ("Nguyễn Văn A", 2), ("x", 1)];
        let roles = roles.map(|(role, count)| (role.to_owned(), count));
        let expected = [("can_bo".to_owned(), 3), ("other".to_owned(), 3)];
        assert_eq!(by_role(roles.to_vec()), Counts::from(expected));
    }

    #[test]
    fn a_folder_has_room() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free_bytes(folder.path()).is_none_or(|bytes| bytes > 0));
        assert_eq!(free_bytes(&folder.path().join("none")), None);
    }
}
