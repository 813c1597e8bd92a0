//! The program: reads the configuration and does what it says, which is most often to start the log and serve.

use std::process::ExitCode;

use cache_server::config::{Command, CommandLine, Config};
use cache_server::server;
use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let served = match line.command {
        Some(Command::Openapi) => {
            print!("{}", cache_server::openapi());
            Ok(())
        }
        Some(Command::Keys(command)) => command.run(),
        Some(Command::Copy(config)) => return config.run(),
        Some(Command::Verify(config)) => return config.run(),
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
    http_service::log::start(&config.serving.log, config.serving.log_format);
    let bound = server::bind(&config)?;
    println!("listening on http://{}", bound.address());
    bound.run().await
}
