//! The binary: settings, log, runtime. Everything else is in the library.

use std::{io::Write, process::ExitCode};

use clap::Parser;
use endpoint::{
    command,
    settings::{Command, Settings},
};
use tracing_subscriber::EnvFilter;

/// Reading and unpacking bodies is work for the processor: more threads than this only cost memory.
const BLOCKING_THREADS_MAX: usize = 32;

fn main() -> ExitCode {
    let settings = Settings::parse();
    // The service has a journal; whoever types a command wants its answer.
    let is_service = matches!(settings.command, Command::Serve(_));
    let level = if is_service { "info" } else { "warn" };
    let filter = EnvFilter::try_from_env("SO_TAY_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS_MAX)
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(command::run(settings)),
        Err(error) => Err(error.into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(std::io::stderr(), "{error}")); // nowhere is left to say more
            ExitCode::FAILURE
        }
    }
}
