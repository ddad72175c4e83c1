//! A folder as one file, and the sums of what is in it: the same contents give the same bytes.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};
use records::hex;
use sha2::{Digest as _, Sha256};

use crate::{app, process};

/// As `sha256sum --check` reads it.
const SUMS: &str = "SHA256SUMS";

/// Writes the sums of all files in a folder.
pub(super) fn write_sums(folder: &Path) -> Result<()> {
    let mut text = String::new();
    for file in app::files_below(folder)? {
        let sum = sum(&folder.join(&file))?;
        text.push_str(&format!("{sum}  {file}\n"));
    }
    super::write(&folder.join(SUMS), &text)
}

/// Every file is named there and has that sum, and no other is named.
pub(super) fn check_sums(folder: &Path) -> Result<()> {
    let text = super::read(&folder.join(SUMS))?;
    let mut named = BTreeSet::from([SUMS.to_owned()]);
    for line in text.lines() {
        let (expected, file) = line
            .split_once("  ")
            .with_context(|| format!("{SUMS} has the line `{line}`"))?;
        ensure!(
            sum(&folder.join(file))? == expected,
            "{file} is not what {SUMS} says"
        );
        named.insert(file.to_owned());
    }
    let there: BTreeSet<String> = app::files_below(folder)?.into_iter().collect();
    ensure!(
        named == there,
        "{SUMS} does not name: {:?}",
        there.difference(&named)
    );
    Ok(())
}

fn sum(file: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(hex::encode(&Sha256::digest(&bytes)))
}

/// Packs a folder under its name: files by name, all of one moment, of root, and for everybody to read.
pub(super) fn pack(folder: &Path, to: &Path, moment: u64) -> Result<()> {
    let name = folder.file_name().context("the folder has no name")?;
    let above = folder.parent().context("the folder has no place")?;
    let mut tar = Command::new("tar");
    tar.args(["--create", "--format=ustar", "--sort=name"]);
    tar.args(["--owner=0", "--group=0", "--numeric-owner"]);
    tar.args(["--mode=a+rX,u+w,go-w", "--use-compress-program=gzip -n"]);
    tar.arg(format!("--mtime=@{moment}"));
    tar.arg("--file").arg(to).arg("--directory").arg(above);
    process::run(tar.arg(name))
}

/// Unpacks an archive into a folder, which is made.
pub(super) fn unpack(archive: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut tar = Command::new("tar");
    tar.arg("--extract").arg("--file").arg(archive);
    process::run(tar.arg("--directory").arg(folder))
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt as _, path::PathBuf};

    use super::*;

    /// A folder of this test's own, which goes with the value.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let name = format!("so-tay-archive-{}-{name}", std::process::id());
            let folder = Self(std::env::temp_dir().join(name));
            fs::create_dir_all(&folder.0).unwrap();
            folder
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _gone = fs::remove_dir_all(&self.0); // it lies where such things are swept up
        }
    }

    fn fill(folder: &Path, names: &[&str], mode: u32) {
        for name in names {
            let file = folder.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, name).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        }
        write_sums(folder).unwrap();
    }

    #[test]
    fn the_same_contents_give_the_same_bytes() {
        let folder = Folder::new("same");
        let (one, other) = (folder.0.join("1/so-tay"), folder.0.join("2/so-tay"));
        fill(&one, &["a", "app/b", "c"], 0o644);
        // Made in another order, by somebody with another umask.
        fill(&other, &["c", "a", "app/b"], 0o600);
        let packed = |from: &Path, name: &str| {
            let to = folder.0.join(name);
            pack(from, &to, 1_795_979_701).unwrap();
            fs::read(to).unwrap()
        };
        assert_eq!(packed(&one, "1.tar.gz"), packed(&other, "2.tar.gz"));
        let there = folder.0.join("there");
        unpack(&folder.0.join("1.tar.gz"), &there).unwrap();
        check_sums(&there.join("so-tay")).unwrap();
    }

    #[test]
    fn a_file_that_is_changed_lost_or_added_is_found() {
        let folder = Folder::new("sums");
        fill(&folder.0, &["a", "app/b"], 0o644);
        check_sums(&folder.0).unwrap();
        fs::write(folder.0.join("more"), "more").unwrap();
        let error = check_sums(&folder.0).unwrap_err().to_string();
        assert!(error.contains("more"), "{error}");
        fs::remove_file(folder.0.join("more")).unwrap();
        fs::write(folder.0.join("app/b"), "B").unwrap();
        let error = check_sums(&folder.0).unwrap_err().to_string();
        assert!(error.contains("app/b"), "{error}");
        fs::remove_file(folder.0.join("app/b")).unwrap();
        assert!(check_sums(&folder.0).is_err());
    }
}
