//! `staff`, the commands for course staff: `staff handout` makes the tree that a student receives,
//! `staff check-course` checks every such tree, `staff selftest` checks that the graded tests catch
//! broken solutions, `staff reached` writes down what the reference reaches in them, and
//! `staff zoo` runs them on correct variations of the reference and on bugs planted in it.
//!
//! No handout contains this package, and no other package depends on it. `make help` lists the
//! targets that call it; docs/for-staff.md explains them.

mod check_course;
mod cli;
mod exercise;
mod exit;
mod handout;
mod problem;
mod reached;
mod results;
#[cfg(test)]
mod sample;
mod selftest;
mod work_tree;
mod zoo;

use cli::Command;
use course::Course;
use exit::Exit;
use std::env;
use std::panic::catch_unwind;
use std::process::ExitCode;

fn main() -> ExitCode {
    // A panic of ours is the kit's fault, and says so in the exit code.
    let exit = catch_unwind(run_command_line).unwrap_or(Exit::KitFault);
    ExitCode::from(exit.code())
}

fn run_command_line() -> Exit {
    let command = match cli::parse(env::args_os().skip(1)) {
        Ok(command) => command,
        Err(wrong) => {
            eprintln!("error: {wrong}");
            return Exit::Usage;
        }
    };
    match command {
        Command::Help => {
            print!("{}", cli::HELP);
            Exit::Passed
        }
        Command::Handout(arguments) => handout::handout(&Course::load(), &arguments),
        Command::CheckCourse(arguments) => check_course::check_course(&Course::load(), &arguments),
        Command::Exercise(arguments) => exercise::exercise(&Course::load(), &arguments),
        Command::Selftest(arguments) => selftest::selftest(&Course::load(), &arguments),
        Command::Reached(arguments) => reached::reached(&Course::load(), &arguments),
        Command::Zoo(arguments) => zoo::zoo(&Course::load(), &arguments),
    }
}
