//! Starting other programs, with errors that name the program and what it said.
//! Which programs and with which arguments is decided elsewhere.

use std::{
    io::{BufRead as _, BufReader, ErrorKind},
    path::PathBuf,
    process::{Command, ExitStatus, Stdio},
};

use anyhow::{Context as _, Result, anyhow, ensure};

/// Runs to the end; output goes straight to the terminal.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .map_err(|error| cannot_start(command, error))?;
    check(command, status)
}

/// Runs to the end and returns what was printed on stdout.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| cannot_start(command, error))?;
    check(command, output.status)?;
    String::from_utf8(output.stdout).with_context(|| format!("{} printed no text", shown(command)))
}

/// Runs to the end; each line of stdout is printed and also handed to `on_line`.
pub(crate) fn watch(command: &mut Command, mut on_line: impl FnMut(&str)) -> Result<()> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| cannot_start(command, error))?;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.with_context(|| format!("reading from {}", shown(command)))?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            on_line(&line);
        }
    }
    let status = child
        .wait()
        .with_context(|| format!("waiting for {}", shown(command)))?;
    check(command, status)
}

/// The first program of this name on PATH.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

pub(crate) fn cannot_start(command: &Command, error: std::io::Error) -> anyhow::Error {
    let program = command.get_program().to_string_lossy();
    if error.kind() == ErrorKind::NotFound {
        anyhow!("`{program}` is not on this machine, or not on PATH")
    } else {
        anyhow::Error::new(error).context(format!("`{program}` cannot be started"))
    }
}

fn check(command: &Command, status: ExitStatus) -> Result<()> {
    ensure!(
        status.success(),
        "`{}` failed ({status}); see its output above",
        shown(command)
    );
    Ok(())
}

/// The command as a person would type it, the program without its folder.
fn shown(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let mut words = vec![program.file_name().map_or_else(
        || program.to_string_lossy().into_owned(),
        |name| name.to_string_lossy().into_owned(),
    )];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command() {
        let error = run(Command::new("sh").args(["-c", "exit 3"]))
            .unwrap_err()
            .to_string();
        assert!(error.contains("sh -c exit 3"), "{error}");
    }

    #[test]
    fn a_missing_program_is_said_plainly() {
        let error = run(&mut Command::new("so-tay-no-such-program"))
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "`so-tay-no-such-program` is not on this machine, or not on PATH"
        );
    }

    #[test]
    fn every_line_is_seen() {
        let mut seen = Vec::new();
        watch(Command::new("printf").arg("a\nb\n"), |line| {
            seen.push(line.to_owned())
        })
        .unwrap();
        assert_eq!(seen, ["a", "b"]);
    }
}
