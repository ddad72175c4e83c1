//! The tool as it is called, for what needs nothing installed.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::process::{Command, Output};

fn xtask(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(words)
        .output()
        .unwrap()
}

#[test]
fn an_unknown_command_lists_the_commands() {
    let output = xtask(&["bake"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    for command in ["`bake`", "setup", "run", "build", "test"] {
        assert!(said.contains(command), "{command} is not in: {said}");
    }
}

#[test]
fn an_unknown_step_lists_the_steps() {
    let output = xtask(&["test", "bake"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("`bake`") && said.contains("clippy-wasm"),
        "{said}"
    );
}
