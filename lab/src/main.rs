//! `lab`, the runner of the course's graded tests: `lab test 2A`, `lab replay`, `lab list`; and
//! `lab linear`, which starts the checker of recorded histories, and `lab events`, which judges a
//! recorded stream of events.
//!
//! It builds the test binaries with Cargo and starts each test in a process of its own, several at
//! a time; it links none of the student's crates, so nothing a solution does can take it down. What
//! there is to run is data: `tests/course.toml`. The runner asks a test's process for what it wants
//! by a [`course::TestRequest`] in the environment; the process leaves a [`course::Outcome`] in a
//! file. A pipe is the process's standard input: it closes when the runner is gone, and the process
//! ends then.
//!
//! One invocation, step by step: [`select`] finds the tests that the words name, [`run::cargo`]
//! builds their binaries, [`run::schedule`] hands jobs to workers. A worker runs one
//! [`run::process`] at a time (all that run now are in [`run::process_group`]), collects its
//! output, finds the [`run::verdict`], and keeps or discards its files in [`run::artifacts`].
//! Simulated, one process is given a [`run::batch`] of seeds of one test ([`run::simulate`]). The
//! [`run::results`] go to the [`report::console`] in the words of [`report::one_run`],
//! [`report::summary`] and [`report::seeds`], and to a file as [`report::json`].
//!
//! `report` uses `run`, and `run` uses nothing of `report`.

mod cli;
mod events;
mod exit;
mod linear;
mod list;
mod replay;
mod report;
mod run;
#[cfg(test)]
mod sample;
mod select;
mod test;
mod text;

use cli::Command;
use course::{Course, VERSION};
use exit::Exit;
use report::console::Console;
use std::env;
use std::fmt::Display;
use std::panic::catch_unwind;
use std::process::ExitCode;
use test::Refusal;

fn main() -> ExitCode {
    // A panic of ours is the kit's fault, and says so in the exit code.
    let exit = catch_unwind(run_command_line).unwrap_or(Exit::KitFault);
    ExitCode::from(exit.code())
}

fn run_command_line() -> Exit {
    let command = match cli::parse(env::args_os().skip(1), |name| env::var_os(name)) {
        Ok(command) => command,
        Err(wrong) => return complain(Exit::Usage, &wrong),
    };
    let course = Course::load();
    match command {
        Command::Help => print(cli::HELP),
        Command::Version => print(&format!("lab {VERSION}\n")),
        Command::List => print(&list::table(&course)),
        Command::Linear(words) => linear::linear(&words),
        Command::Events(file) => events::events(&file),
        Command::Test(arguments) => ended(test::test(&course, &arguments)),
        Command::Replay(arguments) => ended(replay::replay(&course, &arguments)),
    }
}

fn ended(result: Result<Exit, Refusal>) -> Exit {
    result.unwrap_or_else(|refusal| complain(refusal.exit, &refusal.message))
}

fn print(text: &str) -> Exit {
    Console::open().print(text);
    Exit::Passed
}

fn complain(exit: Exit, problem: &dyn Display) -> Exit {
    eprintln!("error: {problem}");
    exit
}
