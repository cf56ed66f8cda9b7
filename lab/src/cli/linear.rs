//! The words after `lab linear`.

use super::{Command, Wrong, count, named, number, seconds, wrong};
use ::linear::format::Format;
use lexopt::prelude::{Long, Short, Value};
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

/// The arguments of `lab linear`.
#[derive(Debug, Default, PartialEq)]
pub struct LinearArguments {
    /// The histories: files, or folders of files.
    pub files: Vec<PathBuf>,
    /// How many steps to spend on each, if not as many as usual.
    pub steps: Option<u64>,
    /// How long to spend on each, if there is a limit.
    pub time: Option<Duration>,
    /// Print the history in this format, and judge nothing.
    pub convert: Option<Format>,
}

pub(super) fn parse(parser: &mut lexopt::Parser) -> Result<Command, Wrong> {
    let mut arguments = LinearArguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Value(file) => arguments.files.push(PathBuf::from(file)),
            Long("steps") => {
                let wanted = "a whole number from 1 to 18446744073709551615";
                let steps: NonZeroU64 = number("--steps", &parser.value()?, wanted)?;
                arguments.steps = Some(steps.get());
            }
            Long("seconds") => {
                arguments.time = Some(seconds(count("--seconds", &parser.value()?)?));
            }
            Long("convert") => arguments.convert = Some(named("--convert", &parser.value()?)?),
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    match (arguments.files.len(), arguments.convert) {
        (0, _) => wrong("lab linear: which files?"),
        (2.., Some(_)) => wrong("--convert: one history at a time"),
        _ => Ok(Command::Linear(arguments)),
    }
}
