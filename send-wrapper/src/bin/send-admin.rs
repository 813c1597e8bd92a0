//! The program: reads the configuration, starts the log, serves.

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser};
use send_wrapper::admin::{self, Command, CommandLine, Config};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let served = match line.command {
        Some(Command::Openapi) => {
            print!("{}", admin::openapi());
            Ok(())
        }
        Some(Command::Keys(command)) => command.run(),
        Some(Command::Health(config)) => config.serving.check_health(),
        Some(Command::Completions { shell }) => {
            clap_complete::generate(shell, &mut CommandLine::command(), "send-admin", &mut std::io::stdout());
            Ok(())
        }
        Some(Command::Demo(config)) => serve(Config { demo: true, ..*config }),
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
    let bound = admin::start(&config).await?;
    println!("listening on http://{}", bound.address());
    if let Some(address) = bound.metrics_address() {
        println!("metrics on http://{address}/metrics");
    }
    bound.run().await
}
