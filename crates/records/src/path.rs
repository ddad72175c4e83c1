//! Field paths: `field`, `field#OPTION`, `group/entry/field`, `group/entry/group/entry/field`.

/// The longest path, in bytes: two groups with entries of 40 letters leave 200 for the names.
pub const PATH_BYTES_MAX: usize = 300;
/// The longest entry id.
pub const ENTRY_BYTES_MAX: usize = 40;
/// Deletion of the record or entry that it stands under.
pub const DELETED: &str = "@del";
/// Place of an entry in its group.
pub const POSITION: &str = "@pos";
/// The record was declared official.
pub const OFFICIAL: &str = "@official";
/// The record's own form version.
pub const VERSION: &str = "@ver";

/// Whether a change may write this path.
#[must_use]
pub fn is_valid(path: &str) -> bool {
    let parts = path.split('/').count();
    path.len() <= PATH_BYTES_MAX
        && matches!(parts, 1 | 3 | 5)
        && path.split('/').enumerate().all(|(at, part)| {
            !part.is_empty() && (at % 2 == 0 || (part.len() <= ENTRY_BYTES_MAX && is_entry(part)))
        })
}

fn is_entry(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// `prefix/name`, or `name` under the record itself.
#[must_use]
pub fn under(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}/{name}")
    }
}

/// The part of `path` below `prefix` (an entry, or the record when empty).
#[must_use]
pub fn below<'a>(prefix: &str, path: &'a str) -> Option<&'a str> {
    if prefix.is_empty() {
        return Some(path);
    }
    path.strip_prefix(prefix)?.strip_prefix('/')
}

/// The path without entry ids and options: what the form calls the field.
#[must_use]
pub fn field_names(path: &str) -> Vec<&str> {
    path.split('/')
        .step_by(2)
        .map(|p| p.split('#').next().unwrap_or(p))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_fields_and_entries_in_turn() {
        for good in ["a", "a#B", "g/e1/f", "g/e/h/i-_/f#O", "@del", "g/e/@pos"] {
            assert!(is_valid(good), "{good}");
        }
        for bad in [
            "",
            "a/b",
            "a//b",
            "g/é/f",
            "g/e/h/i",
            "a/b/c/d/e/f/g",
            "g/e/",
        ] {
            assert!(!is_valid(bad), "{bad}");
        }
        assert_eq!(field_names("g/e/h/i/f#O"), ["g", "h", "f"]);
    }
}
