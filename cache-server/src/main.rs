//! The program: reads the configuration, starts the log, serves.

use std::io::IsTerminal;
use std::process::ExitCode;

use cache_server::config::{Command, CommandLine, Config, LogFormat};
use cache_server::server;
use clap::Parser;
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let served = match line.command {
        Some(Command::Openapi) => {
            print!("{}", cache_server::openapi());
            Ok(())
        }
        Some(Command::Serve(config)) => serve(*config),
        None => serve(line.config),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[actix_web::main]
async fn serve(config: Config) -> anyhow::Result<()> {
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&config.log))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Pretty => log.init(),
        LogFormat::Json => log.json().init(),
    }
    let bound = server::bind(&config)?;
    println!("listening on http://{}", bound.address());
    bound.run().await
}
