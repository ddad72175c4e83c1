//! Backups of every day in one folder: what they are called, and which of them are too old to keep.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use records::date::{self, Day};

use super::{CommandError, UNFINISHED, back_up_to, create_folder};
use crate::settings::Backup;

/// How the name of each begins; then come day and clock.
const BEGIN: &str = "so-tay-";
const END: &str = ".db";
/// So many of the newest stay, whatever day it is: a clock that was once set wrong must not empty the folder.
const LEAST: usize = 7;

/// Into the file that was named. Without one, into the folder, under the name of this minute; then those go that are older
/// than the operator wants to keep: a new one that is not whole costs no old one.
pub(super) fn back_up(wish: &Backup) -> Result<(), CommandError> {
    let database = &wish.place.database;
    if let Some(to) = &wish.to {
        return back_up_to(database, to);
    }
    let folder = wish.daily.into.as_deref();
    let folder = folder.ok_or(CommandError::BackupNowhere)?;
    let now = crate::now_ms();
    let to = folder.join(name(now));
    create_folder(&to)?;
    back_up_to(database, &to)?;
    let gone = thin(folder, wish.daily.keep_days, now)
        .map_err(|e| CommandError::File(folder.to_owned(), e))?;
    if gone > 0 {
        let days = wish.daily.keep_days;
        writeln!(io::stdout(), "Đã bỏ {gone} bản sao lưu cũ hơn {days} ngày.")?;
    }
    Ok(())
}

/// `so-tay-2026-11-30-0215.db`: sorted by name they are sorted by time.
fn name(now_ms: u64) -> String {
    let clock = date::clock(now_ms).replace(':', "");
    format!("{BEGIN}{}-{clock}{END}", date::today(now_ms))
}

/// Whether a backup of this name is whole, and its day; none when the name is not one of ours.
fn read_name(name: &str) -> Option<(bool, Day)> {
    let (day, rest) = name.strip_prefix(BEGIN)?.split_at_checked(10)?;
    let (clock, end) = rest.strip_prefix('-')?.split_at_checked(4)?;
    let is_clock = clock.bytes().all(|b| b.is_ascii_digit());
    let day = date::parse(day).filter(|_| is_clock)?;
    match end.strip_prefix(END)? {
        "" => Some((true, day)),
        more if more.strip_prefix('.') == Some(UNFINISHED) => Some((false, day)),
        _ => None,
    }
}

/// Deletes those that are too old; how many.
fn thin(folder: &Path, keep_days: u16, now_ms: u64) -> io::Result<usize> {
    let today = date::parse(&date::today(now_ms)).unwrap_or_default(); // it is one
    let names = names(folder)?;
    let gone = too_old(&names, today - i64::from(keep_days));
    for name in &gone {
        fs::remove_file(folder.join(name))?;
    }
    Ok(gone.len())
}

/// Those from before a day, but for the newest that are whole.
fn too_old(names: &[String], first: Day) -> Vec<&str> {
    let mut ours: Vec<(&str, bool, Day)> = names
        .iter()
        .filter_map(|name| read_name(name).map(|(is_whole, day)| (name.as_str(), is_whole, day)))
        .collect();
    ours.sort_unstable();
    let whole = ours.iter().rev().filter(|(_, is_whole, _)| *is_whole);
    let stay: Vec<&str> = whole.take(LEAST).map(|(name, ..)| *name).collect();
    ours.into_iter()
        .filter(|(name, _, day)| *day < first && !stay.contains(name))
        .map(|(name, ..)| name)
        .collect()
}

/// What lies in a folder. A name that is not UTF-8 is not one of ours.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.extend(entry?.file_name().into_string().ok());
    }
    Ok(names)
}

/// What is known of the backups in a folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kept {
    /// How many are whole.
    pub(super) count: usize,
    /// The name of the newest of these, and its bytes.
    pub(super) newest: Option<(String, u64)>,
}

/// Looks what backups there are.
pub(super) fn kept(folder: &Path) -> io::Result<Kept> {
    let mut whole = names(folder)?;
    whole.retain(|name| matches!(read_name(name), Some((true, _))));
    let count = whole.len();
    let newest = match whole.into_iter().max() {
        Some(name) => {
            let bytes = fs::metadata(folder.join(&name))?.len();
            Some((name, bytes))
        }
        None => None,
    };
    Ok(Kept { count, newest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_called_by_viet_nams_clock() {
        // 2026-11-29 19:15 UTC.
        let name = name(1_795_979_700_000);
        assert_eq!(name, "so-tay-2026-11-30-0215.db");
        let day = date::parse("2026-11-30").unwrap();
        assert_eq!(read_name(&name), Some((true, day)));
        assert_eq!(
            read_name(&format!("{name}.{UNFINISHED}")),
            Some((false, day))
        );
        for other in [
            "so-tay.db",
            "so-tay-2026-11-30.db",
            "so-tay-2026-13-30-0215.db",
            "so-tay-2026-11-30-0215.db-wal",
            "so-tay-2026-11-30-02h5.db",
            "so-tay-quý-một-của-xã.db",
        ] {
            assert_eq!(read_name(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_too_old_goes_and_the_newest_stay_whatever_the_clock_says() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| fs::write(folder.path().join(name), name).unwrap();
        for day in 1..=9 {
            put(&format!("so-tay-2026-10-0{day}-0215.db"));
        }
        put("so-tay-2026-10-02-0300.db.chua-xong");
        put("hop-dong.pdf");
        let at = |day: &str| u64::try_from(date::parse(day).unwrap()).unwrap() * 86_400_000;
        assert_eq!(thin(folder.path(), 30, at("2026-10-31")).unwrap(), 0);
        assert_eq!(
            thin(folder.path(), 30, at("2026-11-02")).unwrap(),
            3,
            "of the first two days, one of them cut off"
        );
        assert_eq!(thin(folder.path(), 30, at("2099-01-01")).unwrap(), 0);
        let left = kept(folder.path()).unwrap();
        let newest = "so-tay-2026-10-09-0215.db".to_owned();
        assert_eq!(left.count, LEAST);
        assert_eq!(left.newest, Some((newest, 25)));
        assert!(folder.path().join("hop-dong.pdf").exists());
    }
}
