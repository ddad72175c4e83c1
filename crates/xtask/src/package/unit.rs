//! Files of systemd and the guide, as far as they are tried: what a unit starts, what a file of settings sets, what a
//! technician types. Whatever these readers might read differently from systemd or a shell is refused.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};

/// How a command of the endpoint begins in the guide.
const TYPED: &str = "sudo so-tay ";

/// The words of the one command that a unit starts.
pub(super) fn command(unit: &str) -> Result<Vec<String>> {
    let mut lines = unit
        .lines()
        .filter_map(|line| line.strip_prefix("ExecStart="));
    let line = lines.next().context("the unit starts nothing")?;
    ensure!(
        lines.next().is_none(),
        "the unit starts more than one thing"
    );
    ensure!(
        line.starts_with('/') && !line.contains(['"', '\'', '\\', '%', '$', ';']),
        "`{line}` is more than a path and plain words"
    );
    Ok(line.split_whitespace().map(str::to_owned).collect())
}

/// What a file of settings sets.
pub(super) fn settings(file: &str) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let lines = file.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let value = line.split_once("=\"").and_then(|(name, value)| {
            let value = value.strip_suffix('"')?;
            Some((name, value))
        });
        let (name, value) = value.with_context(|| format!("`{line}` is not NAME=\"VALUE\""))?;
        ensure!(
            !value.contains(['"', '\'', '\\', '$', '`']),
            "`{line}` is more than a plain text"
        );
        let before = found.insert(name.to_owned(), value.to_owned());
        ensure!(before.is_none(), "{name} is set twice");
    }
    Ok(found)
}

/// The commands of the endpoint that the guide tells to type, in order, without what a shell does with their output.
/// `backup` stands for the backup that the guide has found before.
pub(super) fn typed(guide: &str, backup: &str) -> Result<Vec<Vec<String>>> {
    let lines = guide.lines().filter_map(|line| line.strip_prefix(TYPED));
    lines
        .map(|line| {
            let line = line.split(" > ").next().unwrap_or(line);
            let line = line.replace("\"$BAN\"", backup);
            ensure!(
                !line.contains(['"', '\'', '\\', '$', '|', '&', ';', '`']),
                "`{line}` is more than plain words"
            );
            Ok(line.split_whitespace().map(str::to_owned).collect())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_units_command_is_read_or_refused() {
        let unit = "[Service]\nUser=so-tay\nExecStart=/opt/so-tay/so-tay-endpoint backup\n";
        assert_eq!(
            command(unit).unwrap(),
            ["/opt/so-tay/so-tay-endpoint", "backup"]
        );
        for bad in [
            "[Service]\nUser=so-tay\n",
            "ExecStart=/a\nExecStart=/b\n",
            "ExecStart=/bin/sh -c 'a'\n",
            "ExecStart=-/a\n",
            "ExecStart=/a %i\n",
        ] {
            assert!(command(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn settings_in_force_are_read_and_those_switched_off_are_not() {
        let file = "# Ghi chú\n\nSO_TAY_UNIT_NAME=\"Xã Mẫu\"\n#SO_TAY_LOG=\"info\"\n";
        let found = settings(file).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found["SO_TAY_UNIT_NAME"], "Xã Mẫu");
        for bad in [
            "A=1\n",
            "A=\"1\nB=\"2\"\n",
            "A=\"$B\"\n",
            "A=\"1\"\nA=\"2\"\n",
        ] {
            assert!(settings(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_the_guide_tells_to_type_is_found() {
        let guide = "Rồi gõ:\n\n```sh\nsudo so-tay people first\ncurl x\n\
                     sudo so-tay restore --from \"$BAN\" --replace\nsudo so-tay diagnose > chan-doan.json\n```\n";
        let found = typed(guide, "/b.db").unwrap();
        assert_eq!(
            found,
            [
                vec!["people", "first"],
                vec!["restore", "--from", "/b.db", "--replace"],
                vec!["diagnose"],
            ]
        );
        assert!(typed("sudo so-tay verify | tail\n", "").is_err());
    }
}
