//! `cargo xtask run`: builds app and endpoint, then becomes the endpoint that serves both.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{
    app::{self, Profile},
    arguments::Arguments,
    process,
    sample::{self, UNIT_CODE, UNIT_NAME},
    setup,
    tools::FOR_APP,
    workspace::Workspace,
};

#[derive(Debug, PartialEq, Eq)]
struct Options {
    listen: String,
    /// Where the database lies, when it is not the usual place.
    data: Option<PathBuf>,
    is_built: bool,
    is_sample: bool,
}

pub(crate) fn command(workspace: &Workspace, arguments: Arguments) -> Result<ExitCode> {
    let options = parse_options(arguments)?;
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
    let usual = if options.is_sample {
        "data-sample"
    } else {
        "data"
    };
    let data = options.data.unwrap_or_else(|| workspace.path(usual));
    let data = std::path::absolute(&data)
        .with_context(|| format!("{} is no usable path", data.display()))?;
    fs::create_dir_all(&data).with_context(|| format!("{} cannot be made", data.display()))?;
    let database = data.join("so-tay.sqlite");

    let mut endpoint = workspace.command(workspace.endpoint());
    endpoint.args(["serve", "--listen", &options.listen]);
    endpoint.arg("--database").arg(place(&database));
    endpoint.arg("--app").arg(&app);
    if options.is_sample {
        take_sample(workspace, &data, &database)?;
        endpoint.args(["--unit", UNIT_CODE, "--unit-name", UNIT_NAME]);
    }
    println!(
        "Open {} in a browser; Ctrl-C ends it.",
        shown_url(&options.listen)
    );
    become_process(&mut endpoint)
}

/// A database as the endpoint wants it named.
fn place(database: &Path) -> String {
    format!("sqlite:{}", database.display())
}

/// Makes the sample when it is not there, and lets the endpoint take it in: what it has already stays as it is.
fn take_sample(workspace: &Workspace, data: &Path, database: &Path) -> Result<()> {
    let file = data.join("so-tay-mau.json");
    if !file.is_file() {
        ensure!(
            !database.exists(),
            "{} holds another notebook; the sample does not go into it",
            data.display()
        );
        println!("making a year of a commune that does not exist …");
        let made = sample::make(&sample::Options::of_day(sample::today()?))?;
        // Under its name only when it is whole.
        let fresh = file.with_extension("new");
        fs::write(&fresh, made.text)
            .and_then(|()| fs::rename(&fresh, &file))
            .with_context(|| format!("{} cannot be written", file.display()))?;
    }
    let mut import = workspace.command(workspace.endpoint());
    import.args(["import", "--unit", UNIT_CODE, "--database"]);
    process::run(import.arg(place(database)).arg(&file))?;
    println!(
        "Sample data: no commune, person or document in it is real. To start over, delete {}.",
        data.display()
    );
    Ok(())
}

fn parse_options(mut arguments: Arguments) -> Result<Options> {
    let mut options = Options {
        listen: "127.0.0.1:8787".to_owned(),
        data: None,
        is_built: false,
        is_sample: false,
    };
    while let Some(word) = arguments.next_word() {
        match word.as_str() {
            "--listen" => options.listen = arguments.value_of("--listen")?,
            "--data" => options.data = Some(PathBuf::from(arguments.value_of("--data")?)),
            "--no-build" => options.is_built = true,
            "--sample" => options.is_sample = true,
            other => bail!(
                "`{other}` is not understood; run knows --sample, --listen ADDRESS:PORT, --data DIR \
                 and --no-build"
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
    Err(process::cannot_start(command, error))
}

#[cfg(not(unix))]
fn become_process(command: &mut Command) -> Result<ExitCode> {
    process::run(command)?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Options> {
        let words = words.iter().map(|&word| word.to_owned());
        parse_options(Arguments::new(words))
    }

    #[test]
    fn without_options_it_listens_on_this_machine_only() {
        let options = parse(&[]).unwrap();
        assert_eq!(options.listen, "127.0.0.1:8787");
        assert!(!options.is_built && !options.is_sample);
    }

    #[test]
    fn options_are_read() {
        let options =
            parse(&["--", "--listen", "0.0.0.0:80", "--data", "x", "--no-build"]).unwrap();
        let expected = Options {
            listen: "0.0.0.0:80".to_owned(),
            data: Some(PathBuf::from("x")),
            is_built: true,
            is_sample: false,
        };
        assert_eq!(options, expected);
        assert!(parse(&["--", "--sample"]).unwrap().is_sample);
        assert!(parse(&["--port", "80"]).is_err());
    }

    #[test]
    fn the_url_can_be_opened() {
        assert_eq!(shown_url("127.0.0.1:8787"), "http://127.0.0.1:8787/");
        assert_eq!(shown_url("0.0.0.0:80"), "http://127.0.0.1:80/");
    }
}
