//! The program: reads the configuration and does what it says, which is most often to start the log and serve.

use std::process::ExitCode;

use cache_server::config::{Command, CommandLine, Config};
use cache_server::server;
use clap::{CommandFactory as _, Parser};

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
        Some(Command::Health(config)) => config.serving.check_health(),
        Some(Command::Completions { shell }) => {
            clap_complete::generate(shell, &mut CommandLine::command(), "cache-server", &mut std::io::stdout());
            Ok(())
        }
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
    let serving = &config.serving;
    http_service::log::start(&serving.log, serving.log_format, serving.logging());
    let bound = server::bind(&config)?;
    println!("listening on http://{}", bound.address());
    if let Some(address) = bound.metrics_address() {
        println!("metrics on http://{address}/metrics");
    }
    bound.run().await
}
