//! `lab`, the runner of the course's graded tests: `lab test 2A`, `lab replay`, `lab list`; and
//! `lab linear`, which checks recorded histories.
//!
//! It builds the test binaries with Cargo and starts each test in a process of its own, several at
//! a time; it links none of the student's crates, so nothing a solution does can take it down. What
//! there is to run is data: `tests/course.toml`. What a test process and the runner say to each
//! other is little: environment variables one way, an [`course::Outcome`] the other, and a pipe as
//! the test's standard input that closes when the runner is gone.
//!
//! The way of an invocation: words are [`select`]ed into tests, [`cargo`] builds their binaries,
//! the [`schedule`] hands jobs to workers, each of which [`run`]s one [`process`] at a time among the
//! [`children`], collects its output, judges it ([`verdict`]) and keeps or discards its files in
//! the [`store`]. In simulation a process is given many seeds of a test ([`simulate`]), and what
//! became of each is gathered from what it leaves ([`account`]). The [`results`] go to the
//! [`screen`] in the words of [`report`] and [`seed_report`], and to [`json`].

mod account;
mod cargo;
mod children;
mod cli;
mod divergence;
mod exit;
mod groups;
mod interrupt;
mod json;
mod linear;
mod list;
mod paint;
mod process;
mod replay;
mod report;
mod results;
mod run;
#[cfg(test)]
mod sample;
mod schedule;
mod screen;
mod seed_report;
mod select;
mod simulate;
mod store;
mod terminal;
mod test;
mod verdict;

use cli::Command;
use course::Course;
use exit::Exit;
use screen::Screen;
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
        Command::List => print(&list::table(&course)),
        Command::Linear(arguments) => linear::linear(&arguments),
        Command::Test(arguments) => ended(test::test(&course, &arguments)),
        Command::Replay(arguments) => ended(replay::replay(&course, &arguments)),
    }
}

fn ended(result: Result<Exit, Refusal>) -> Exit {
    result.unwrap_or_else(|refusal| complain(refusal.exit, &refusal.message))
}

fn print(text: &str) -> Exit {
    Screen::open().print(text);
    Exit::Passed
}

fn complain(exit: Exit, problem: &dyn Display) -> Exit {
    eprintln!("error: {problem}");
    exit
}
