//! schemathesis asks for everything that `openapi.json` says, for what lies at its edges and beyond them: no answer is a
//! 5xx, none has a status, a type or a shape that the document does not know, and no route forgets to ask for the key.

use std::{io::Write as _, process::Command};

use crate::{
    people::first,
    world::{KEY, World},
};

/// What each answer is held to.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_schema_conformance,unsupported_method,ignored_auth";

/// Asks as whoever has this key; the last lines of what it says.
async fn ask_everything(world: &World, key: &str, without: &'static str) -> String {
    let program = std::env::var("SCHEMATHESIS").expect("run `cargo xtask test schema`");
    // What it notes for its next run goes with the test.
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(program);
    command.current_dir(folder.path()).arg("run");
    command.arg(format!("http://{}/v1/openapi.json", world.address));
    command.args(["--header", &format!("Authorization: Bearer {key}")]);
    command.args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"]);
    command.args(["--exclude-operation-id", without]);
    command.args(["--max-examples", "60"]);
    command.args(["--generation-deterministic", "--no-color"]);
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(6)..].join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_endpoint_keeps_to_its_document() {
    let world = World::start().await;
    let administrator = first(&world, "00000").await;
    // Whoever may everything, but without shutting themselves out; and who may only record.
    let all = ask_everything(&world, &administrator.token, "revoke").await;
    let shared = ask_everything(&world, KEY, "health").await;
    let words =
        format!("schemathesis, as administrator and with the shared key:\n{all}\n{shared}\n");
    std::io::stdout().write_all(words.as_bytes()).unwrap();
}
