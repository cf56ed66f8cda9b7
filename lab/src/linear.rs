//! `lab linear`: starts the checker of recorded histories, which is a program of its own, so that
//! the runner is compiled without it.

use crate::exit::Exit;
use std::env;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

/// Runs `linear` with these arguments, built first if need be; its exit codes are ours.
pub fn linear(arguments: &[OsString]) -> Exit {
    match run(arguments) {
        Ok(status) => exit_of(status),
        Err(error) => {
            eprintln!("error: cannot start cargo: {error}; is Rust installed?");
            Exit::KitFault
        }
    }
}

fn run(arguments: &[OsString]) -> io::Result<ExitStatus> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.args(["run", "--quiet", "--package", "linear", "--"]).args(arguments);
    command.status()
}

fn exit_of(status: ExitStatus) -> Exit {
    let ends = [Exit::Passed, Exit::Failed, Exit::Undecided, Exit::Usage];
    match (status.code(), status.signal()) {
        (_, Some(signal)) => Exit::Interrupted(signal),
        (code, None) => {
            let known = ends.into_iter().find(|exit| Some(i32::from(exit.code())) == code);
            known.unwrap_or(Exit::KitFault)
        }
    }
}

#[cfg(test)]
mod tests;
