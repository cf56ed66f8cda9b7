//! Reads the command line of `staff`.

use crate::check_course::CheckArguments;
use crate::exercise::ExerciseArguments;
use crate::handout::HandoutArguments;
use crate::reached::ReachedArguments;
use crate::selftest::SelftestArguments;
use crate::zoo::{ZooAction, ZooArguments};
use lexopt::prelude::{Long, Short, Value, ValueExt};
use std::ffi::OsString;
use std::fmt::{self, Display};
use std::num::NonZeroU32;
use std::path::PathBuf;

/// What `staff --help` prints.
pub const HELP: &str = "\
For the staff of a course: makes and checks what students receive.

staff handout DIR [--through PART] [--git]
                        make the tree that a student receives; --through: with the solution
                        filled in up to a part; --git: as a Git repository
staff exercise --bug N DIR
                        make a student's tree with bug N of the zoo in it, and nothing that says
                        which
staff check-course [--full] [--seeds N]
                        check the handout and the trees filled in through each part: with N seeds
                        for each test; --full: on real threads as well
staff selftest [--seeds N]
                        check that the graded tests catch broken solutions, each by its right name
staff reached [--seeds N]
                        write down what the reference reaches with N seeds (tests/reached.toml)
staff zoo check         check that every patch in staff/zoo applies
staff zoo correct [--seeds N] [--today] [NAME...]
                        check that correct variations of the reference pass every test, with N seeds
                        for each; --today: only those whose turn it is
staff zoo bugs [--seeds N] [--today] [--kept] [NAME...]
                        run the tests on bugs planted in the reference, print how often each was
                        caught, and by what, and write docs/zoo.md (not with --seeds, --today or
                        names); --today: each of those whose turn it is must be caught; --kept:
                        what was found before the kit changed counts, and is marked
staff zoo schedules [--seeds N] [NAME...]
                        run the tests of each bug's part under each way to order threads and
                        messages, to compare them (docs/for-staff.md)
staff help              print this

Exit codes:
  0    done; all that was checked is as it should be
  1    something is not as it should be
  4    the kit or the machine is at fault
  64   the command line is wrong
";

/// What `staff` is asked to do.
#[derive(Debug, PartialEq)]
pub enum Command {
    /// Make the tree that a student receives.
    Handout(HandoutArguments),
    /// Make a tree with a bug in it.
    Exercise(ExerciseArguments),
    /// Check everything that can be handed out.
    CheckCourse(CheckArguments),
    /// Check that the graded tests catch broken solutions.
    Selftest(SelftestArguments),
    /// Write down what the reference reaches.
    Reached(ReachedArguments),
    /// Run the tests on correct variations, or on planted bugs.
    Zoo(ZooArguments),
    /// Explain the command line.
    Help,
}

/// What is wrong with the command line, in a sentence.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong(String);

impl Display for Wrong {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\n`staff help` lists the commands and options", self.0)
    }
}

impl From<lexopt::Error> for Wrong {
    fn from(error: lexopt::Error) -> Wrong {
        Wrong(error.to_string())
    }
}

/// Reads the words after `staff`.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Command, Wrong> {
    let mut parser = lexopt::Parser::from_args(words);
    let command = match parser.next()? {
        None => {
            return Err(Wrong(
                "no command given: use staff handout, exercise, check-course, selftest, reached \
                 or zoo"
                    .to_owned(),
            ));
        }
        Some(Short('h') | Long("help")) => return Ok(Command::Help),
        Some(Value(word)) => word,
        Some(option) => return Err(option.unexpected().into()),
    };
    match command.to_str() {
        Some("handout") => handout(&mut parser),
        Some("exercise") => exercise(&mut parser),
        Some("check-course") => check_course(&mut parser),
        Some("selftest") => selftest(&mut parser),
        Some("reached") => reached(&mut parser),
        Some("zoo") => zoo(&mut parser),
        Some("help") => Ok(Command::Help),
        _ => Err(Wrong(format!("no such command: {}", command.display()))),
    }
}

fn handout(parser: &mut lexopt::Parser) -> Result<Command, Wrong> {
    let mut directory = None;
    let mut through = None;
    let mut git = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Value(value) if directory.is_none() => directory = Some(PathBuf::from(value)),
            Long("through") => through = Some(parser.value()?.string()?),
            Long("git") => git = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    match directory {
        Some(directory) if !directory.as_os_str().is_empty() => {
            Ok(Command::Handout(HandoutArguments { directory, through, git }))
        }
        _ => Err(Wrong("no directory given: make handout DIR=../my-raft".to_owned())),
    }
}

fn exercise(parser: &mut lexopt::Parser) -> Result<Command, Wrong> {
    let (mut directory, mut bug) = (None, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Value(value) if directory.is_none() => directory = Some(PathBuf::from(value)),
            Long("bug") => bug = Some(bug_number(&parser.value()?.string()?)?),
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    let directory = directory.filter(|directory| !directory.as_os_str().is_empty());
    match (bug, directory) {
        (Some(bug), Some(directory)) => Ok(Command::Exercise(ExerciseArguments { bug, directory })),
        (None, _) => Err(Wrong("no bug given: make exercise BUG=17 DIR=../hunt".to_owned())),
        (_, None) => Err(Wrong("no directory given: make exercise BUG=17 DIR=../hunt".to_owned())),
    }
}

fn bug_number(value: &str) -> Result<u32, Wrong> {
    let wrong = |_| Wrong(format!("BUG (--bug) is {value:?}, and must be the number of a bug"));
    value.parse().map_err(wrong)
}

fn check_course(parser: &mut lexopt::Parser) -> Result<Command, Wrong> {
    let mut arguments = CheckArguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("full") => arguments.full = true,
            Long("seeds") => arguments.seeds = Some(seeds(&parser.value()?.string()?)?),
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::CheckCourse(arguments))
}

fn selftest(parser: &mut lexopt::Parser) -> Result<Command, Wrong> {
    let mut arguments = SelftestArguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("seeds") => arguments.seeds = Some(seeds(&parser.value()?.string()?)?),
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Selftest(arguments))
}

fn reached(parser: &mut lexopt::Parser) -> Result<Command, Wrong> {
    let mut arguments = ReachedArguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("seeds") => arguments.seeds = Some(seeds(&parser.value()?.string()?)?),
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Reached(arguments))
}

fn zoo(parser: &mut lexopt::Parser) -> Result<Command, Wrong> {
    let (mut action, mut seeds_given, mut names) = (None, None, Vec::new());
    let (mut today, mut kept) = (false, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Value(word) if action.is_none() => action = Some(zoo_action(&word.string()?)?),
            Value(name) => names.push(name.string()?),
            Long("seeds") => seeds_given = Some(seeds(&parser.value()?.string()?)?),
            Long("today") => today = true,
            Long("kept") => kept = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    let action = action.map_or_else(|| zoo_action(""), Ok)?;
    Ok(Command::Zoo(ZooArguments { action, seeds: seeds_given, today, kept, names }))
}

fn zoo_action(word: &str) -> Result<ZooAction, Wrong> {
    const USE: &str = "use staff zoo check, correct, bugs or schedules";
    match word {
        "check" => Ok(ZooAction::Check),
        "correct" => Ok(ZooAction::Correct),
        "bugs" => Ok(ZooAction::Bugs),
        "schedules" => Ok(ZooAction::Schedules),
        "" => Err(Wrong(format!("staff zoo needs to know what to do: {USE}"))),
        _ => Err(Wrong(format!("staff zoo {word}: {USE}"))),
    }
}

fn seeds(value: &str) -> Result<NonZeroU32, Wrong> {
    let wanted = "a whole number from 1 to 4294967295";
    let wrong = |_| Wrong(format!("SEEDS (--seeds) is {value:?}, and must be {wanted}"));
    value.parse().map_err(wrong)
}

#[cfg(test)]
mod tests;
