//! A screen that nobody sees, for the browser that has no headless mode.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};

use crate::process;

pub(crate) struct Screen {
    child: Child,
    number: u32,
}

impl Screen {
    /// High enough for a window that keeps its downloads in sight.
    pub(crate) fn start(xvfb: &Path) -> Result<Self> {
        let mut command = Command::new(xvfb);
        command.args(["-displayfd", "1", "-screen", "0", "1280x3000x24"]);
        command.args(["-nolisten", "tcp", "-noreset"]);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| process::cannot_start(&command, error))?;
        let said = child.stdout.take().map(BufReader::new);
        let mut screen = Self { child, number: 0 };
        let mut line = String::new();
        said.context("Xvfb has no stdout")?.read_line(&mut line)?;
        screen.number = line
            .trim()
            .parse()
            .with_context(|| format!("Xvfb ended at once: {line}"))?;
        Ok(screen)
    }

    /// What programs are told by `DISPLAY`.
    pub(crate) fn display(&self) -> String {
        format!(":{}", self.number)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Nothing on it is worth a farewell.
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}
