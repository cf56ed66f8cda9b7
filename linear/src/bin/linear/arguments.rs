//! The command line of `linear`.

use lexopt::prelude::{Long, Short, Value};
use linear::format::Format;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// What `linear --help` prints.
pub const HELP: &str = "\
lab linear [OPTIONS] FILE...   says whether recorded histories are linearizable; of a directory,
                               all files in it (docs/linearizability.md has the formats)

Options:
      --steps N       give up after N steps, with the verdict unknown (else 300,000,000)
      --seconds N     give up after N seconds, too
      --as FORMAT     do not check, but print the one history as json, porcupine or jepsen

Exit codes:
  0    every history is linearizable
  1    a history is not linearizable
  2    none is known not to be, but one could not be decided
  64   the command line is wrong, or a file cannot be read
";

/// What is asked for.
#[derive(Debug, PartialEq)]
pub enum Request {
    /// Explain the command line.
    Help,
    /// Check histories, or print one.
    Check(Arguments),
}

/// Which histories, and how long to try.
#[derive(Debug, Default, PartialEq)]
pub struct Arguments {
    /// Files of histories, and directories of such.
    pub files: Vec<PathBuf>,
    /// After how many steps to give up, if not after the checker's own number.
    pub steps: Option<u64>,
    /// After how much time to give up, if time is to count.
    pub time: Option<Duration>,
    /// Print the history in this format instead of checking it.
    pub format: Option<Format>,
}

/// Reads the words after `linear`.
///
/// # Errors
/// What is wrong with them, in a sentence.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Request, String> {
    let mut parser = lexopt::Parser::from_args(words);
    let mut arguments = Arguments::default();
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        match argument {
            Value(file) => arguments.files.push(PathBuf::from(file)),
            Short('h') | Long("help") => return Ok(Request::Help),
            Long("steps") => arguments.steps = Some(count("--steps", &value(&mut parser)?)?),
            Long("seconds") => {
                let seconds = count("--seconds", &value(&mut parser)?)?;
                arguments.time = Some(Duration::from_secs(seconds));
            }
            Long("as") => arguments.format = Some(format(&value(&mut parser)?)?),
            other => return Err(other.unexpected().to_string()),
        }
    }
    match (arguments.files.len(), arguments.format) {
        (0, _) => Err("no file given: make linear FILE=path, or lab linear FILE...".into()),
        (1, _) | (_, None) => Ok(Request::Check(arguments)),
        (_, Some(_)) => Err("--as prints one history: name one file".into()),
    }
}

fn value(parser: &mut lexopt::Parser) -> Result<OsString, String> {
    parser.value().map_err(|error| error.to_string())
}

fn count(name: &str, value: &OsStr) -> Result<u64, String> {
    let parsed = value.to_str().and_then(|text| text.parse().ok());
    let count = parsed.filter(|count| (1..=u64::from(u32::MAX)).contains(count));
    count.ok_or_else(|| format!("{name} is {value:?}; it must be a number from 1 to 4294967295"))
}

fn format(value: &OsStr) -> Result<Format, String> {
    let parsed = Format::from_str(&value.to_string_lossy());
    parsed.map_err(|choices| format!("--as is {value:?}; it must be {choices}"))
}
