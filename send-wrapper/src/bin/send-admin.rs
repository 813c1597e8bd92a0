//! The program: reads the configuration, starts the log, serves.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use send_wrapper::admin::{self, Command, CommandLine, Config};
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let served = match line.command {
        Some(Command::Openapi) => {
            print!("{}", admin::openapi());
            Ok(())
        }
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
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&config.log))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let bound = admin::bind(&config)?;
    println!("listening on http://{}", bound.address());
    bound.run().await
}
