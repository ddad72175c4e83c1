//! `cargo xtask run`: builds app and endpoint, then becomes the endpoint that serves both.

use std::{
    fs,
    path::PathBuf,
    process::{Command, ExitCode},
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{
    app::{self, Profile},
    arguments::Arguments,
    setup,
    tools::FOR_APP,
    workspace::Workspace,
};

#[derive(Debug, PartialEq, Eq)]
struct Options {
    listen: String,
    data: PathBuf,
    is_built: bool,
}

pub(crate) fn command(workspace: &Workspace, arguments: Arguments) -> Result<ExitCode> {
    let options = parse_options(workspace.path("data"), arguments)?;
    let app = workspace.app_dev();
    if !options.is_built {
        let toolbox = setup::ensure_tools(workspace, FOR_APP)?;
        println!("[1/2] building the app (some minutes when nothing is compiled yet) …");
        app::build(workspace, &toolbox, Profile::Dev, &app)?;
        println!("[2/2] building the endpoint …");
        workspace.build_endpoint()?;
    }
    for needed in [app.join("index.html"), workspace.endpoint()] {
        ensure!(
            needed.is_file(),
            "{} is not there; run `cargo xtask run` without --no-build first",
            needed.display()
        );
    }
    let data = std::path::absolute(&options.data)
        .with_context(|| format!("{} is no usable path", options.data.display()))?;
    fs::create_dir_all(&data).with_context(|| format!("{} cannot be made", data.display()))?;

    let mut endpoint = workspace.command(workspace.endpoint());
    endpoint.args(["serve", "--listen", &options.listen, "--database"]);
    endpoint.arg(format!("sqlite:{}", data.join("so-tay.sqlite").display()));
    endpoint.arg("--app").arg(&app);
    println!(
        "Open {} in a browser; Ctrl-C ends it.",
        shown_url(&options.listen)
    );
    become_process(&mut endpoint)
}

fn parse_options(data: PathBuf, mut arguments: Arguments) -> Result<Options> {
    let mut options = Options {
        listen: "127.0.0.1:8787".to_owned(),
        data,
        is_built: false,
    };
    while let Some(word) = arguments.next_word() {
        match word.as_str() {
            "--listen" => options.listen = arguments.value_of("--listen")?,
            "--data" => options.data = PathBuf::from(arguments.value_of("--data")?),
            "--no-build" => options.is_built = true,
            other => bail!(
                "`{other}` is not understood; run knows --listen ADDRESS:PORT, --data DIR and \
                 --no-build"
            ),
        }
    }
    Ok(options)
}

/// An address that listens everywhere cannot be opened; this machine's own can.
fn shown_url(listen: &str) -> String {
    match listen.strip_prefix("0.0.0.0:") {
        Some(port) => format!("http://127.0.0.1:{port}/"),
        None => format!("http://{listen}/"),
    }
}

/// On Unix this process turns into the endpoint, so every signal reaches it without a relay.
#[cfg(unix)]
fn become_process(command: &mut Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt as _;

    let error = command.exec();
    Err(crate::process::cannot_start(command, error))
}

#[cfg(not(unix))]
fn become_process(command: &mut Command) -> Result<ExitCode> {
    crate::process::run(command)?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Options> {
        let words = words.iter().map(|&word| word.to_owned());
        parse_options(PathBuf::from("data"), Arguments::new(words))
    }

    #[test]
    fn without_options_it_listens_on_this_machine_only() {
        let options = parse(&[]).unwrap();
        assert_eq!(options.listen, "127.0.0.1:8787");
        assert!(!options.is_built);
    }

    #[test]
    fn options_are_read() {
        let options =
            parse(&["--", "--listen", "0.0.0.0:80", "--data", "x", "--no-build"]).unwrap();
        let expected = Options {
            listen: "0.0.0.0:80".to_owned(),
            data: PathBuf::from("x"),
            is_built: true,
        };
        assert_eq!(options, expected);
        assert!(parse(&["--port", "80"]).is_err());
    }

    #[test]
    fn the_url_can_be_opened() {
        assert_eq!(shown_url("127.0.0.1:8787"), "http://127.0.0.1:8787/");
        assert_eq!(shown_url("0.0.0.0:80"), "http://127.0.0.1:80/");
    }
}
