//! The program: reads the command line and the environment, and does what was asked.

mod account;
mod boot;
mod cli;
mod databases;
mod doctor;
mod environment;
mod health;
mod import;
mod listen;
mod local_models;
mod out;
mod serve;
mod stop;
mod storage;

use std::process::ExitCode;

use airis_config::Config;
use anyhow::{Context, Result};
use clap::{CommandFactory, Parser};

use crate::cli::{Cli, Command, Storage};
use crate::environment::Environment;

/// Hands freed memory back sooner and serves many threads better than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            out::problem(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "airis", &mut script);
            out::bytes(&script)?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Version => {
            out::line(&format!("airis {}", env!("CARGO_PKG_VERSION")))?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Env => {
            out::bytes(environment::page().as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Openapi => {
            out::line(&airis_api::openapi().to_pretty_json()?)?;
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    let environment = Environment::load()?;
    if let Command::Doctor { json } = cli.command {
        // The one command that must also run when the configuration is wrong.
        return runtime(None, None)?.block_on(doctor::run(&environment, json));
    }
    let config = Config::from_env(&|name| environment.get(name))?;
    let settings = config.settings().clone();
    boot::trust(&settings)?;
    let runtime = runtime(settings.workers, settings.blocking_threads)?;
    let done = match cli.command {
        Command::Serve(given) => runtime.block_on(serve::run(config, given)),
        Command::User(command) => runtime.block_on(account::run(config, command)),
        Command::Models(command) => runtime.block_on(local_models::run(config, command)),
        Command::Import(asked) => runtime.block_on(import::run(config, asked)),
        Command::Migrate(asked) => runtime.block_on(databases::migrate(config, asked)),
        Command::Backup { file, json } => runtime.block_on(databases::back_up(config, &file, json)),
        Command::Restore { file, force, json } => runtime.block_on(databases::restore(config, &file, force, json)),
        Command::Storage(Storage::Copy { from, to, json }) => {
            runtime.block_on(storage::copy(&environment, &from, &to, json))
        }
        Command::Healthcheck { url } => runtime.block_on(health::check(&settings, url)),
        Command::Completions { .. } | Command::Version | Command::Env | Command::Openapi | Command::Doctor { .. } => {
            Ok(())
        }
    };
    // Whatever a library still does in the background must not hold up the end.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    done.map(|()| ExitCode::SUCCESS)
}

/// The threads that everything runs on: as many as asked for, else one per core; those for what blocks come and go.
fn runtime(workers: Option<usize>, blocking: Option<usize>) -> Result<tokio::runtime::Runtime> {
    // Whoever speaks TLS asks for the process's provider; there must be exactly one. A second call changes nothing.
    _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(workers) = workers.filter(|workers| *workers > 0) {
        builder.worker_threads(workers);
    }
    if let Some(blocking) = blocking.filter(|blocking| *blocking > 0) {
        builder.max_blocking_threads(blocking);
    }
    builder.enable_all().thread_name("airis").build().context("the threads of the server cannot be started")
}
