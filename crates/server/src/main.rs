//! The binary `tidings`: serve, migrate, seed, schema, token, healthcheck.

mod command;

use std::process::ExitCode;

use clap::Parser as _;

/// An allocator that gives memory of closed connections back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = command::Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return command::refuse(&error.into()),
    };
    match runtime.block_on(command::run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => command::refuse(&error),
    }
}
