//! The command line: what may be asked of `lab`, and in which words.

use course::LogFilter;
use lexopt::prelude::{Long, Short, Value, ValueExt};
use std::ffi::{OsStr, OsString};
use std::fmt::{self, Display};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// What `lab --help` prints.
pub const HELP: &str = "\
Runs the course's graded tests, each in a process of its own, several at a time.

lab test [OPTIONS] PART|TEST...   build and run tests: of a part (2A), of a whole lab (2), or
                                  by name
lab list                          print the course: its parts, tests and points
lab help                          print this

Options of lab test:
  -j, --jobs N              run N tests at a time, instead of what the cores bear
  -r, --runs N              run each test N times; it passes if all its runs do
      --json FILE           write the results as JSON, for machines
      --seed N              the seed of every run (else LAB_SEED, else each run draws its own)
      --keep                keep the logs of runs that passed, too
      --time-limit SECONDS  how long a test may take (else LAB_TIME_LIMIT, else 120)
      --memory MIB          how much memory a test may use (else LAB_MEMORY_MIB, else 1024)
LOG=raft=debug,labrpc=info in the environment says what the tests log.

Exit codes:
  0    every test passed
  1    a test failed
  2    no test failed, but one could not tell
  3    the code does not compile
  4    the kit or the machine is at fault, not the solution
  64   the command line is wrong
  130  interrupted by Ctrl-C (128 and the signal's number)
";

/// The course's limit for one test, in seconds.
const TIME_LIMIT_SECONDS: NonZeroU32 = NonZeroU32::new(120).unwrap();

/// What a test may use of memory: much more than any needs, and no more than a student's machine
/// can spare for a few at a time.
const MEMORY_MIB: NonZeroU32 = NonZeroU32::new(1024).unwrap();

/// What `lab` is asked to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Build and run graded tests.
    Test(TestArguments),
    /// Print the course.
    List,
    /// Explain the command line.
    Help,
}

/// The arguments of `lab test`.
#[derive(Debug, PartialEq, Eq)]
pub struct TestArguments {
    /// What to run: parts, labs and names of tests.
    pub selectors: Vec<String>,
    /// How many tests to run at a time, if not what the cores bear.
    pub jobs: Option<NonZeroU32>,
    /// How often to run each test.
    pub runs: NonZeroU32,
    /// Where to write the results for machines.
    pub json: Option<PathBuf>,
    /// The seed of every run; without it each run draws its own.
    pub seed: Option<u64>,
    /// Whether to keep the files of runs that passed.
    pub keep: bool,
    /// How long a test may take.
    pub time_limit: Duration,
    /// How much memory a test may use, in MiB.
    pub memory_mib: u64,
}

/// What is wrong with the command line, in a sentence.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong(String);

impl Display for Wrong {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\n`make help` or `lab help` says what there is", self.0)
    }
}

impl From<lexopt::Error> for Wrong {
    fn from(error: lexopt::Error) -> Wrong {
        Wrong(error.to_string())
    }
}

/// Reads the words after `lab`. `variable` is how to look into the environment.
pub fn parse(
    words: impl IntoIterator<Item = OsString>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Command, Wrong> {
    let mut parser = lexopt::Parser::from_args(words);
    let command = match parser.next()? {
        None => return Err(Wrong(String::from("lab test or lab list?"))),
        Some(Short('h') | Long("help")) => return Ok(Command::Help),
        Some(Value(word)) => word,
        Some(option) => return Err(option.unexpected().into()),
    };
    match command.to_str() {
        Some("test") => test(&mut parser, variable),
        Some("list") => alone(&mut parser, Command::List),
        Some("help") => Ok(Command::Help),
        _ => Err(Wrong(format!("there is no command {}", command.display()))),
    }
}

/// A command that takes no arguments.
fn alone(parser: &mut lexopt::Parser, command: Command) -> Result<Command, Wrong> {
    match parser.next()? {
        None => Ok(command),
        Some(Short('h') | Long("help")) => Ok(Command::Help),
        Some(argument) => Err(argument.unexpected().into()),
    }
}

fn test(
    parser: &mut lexopt::Parser,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Command, Wrong> {
    let mut arguments = TestArguments::from_environment(variable)?;
    while let Some(argument) = parser.next()? {
        match argument {
            Value(word) => arguments.selectors.push(word.string()?),
            Short('j') | Long("jobs") => {
                arguments.jobs = Some(count("JOBS (--jobs)", &parser.value()?)?);
            }
            Short('r') | Long("runs") => {
                arguments.runs = count("RUNS (--runs)", &parser.value()?)?;
            }
            Long("json") => arguments.json = Some(PathBuf::from(parser.value()?)),
            Long("seed") => arguments.seed = Some(seed("SEED (--seed)", &parser.value()?)?),
            Long("keep") => arguments.keep = true,
            Long("time-limit") => {
                arguments.time_limit = seconds(count("--time-limit", &parser.value()?)?);
            }
            Long("memory") => {
                arguments.memory_mib = mebibytes(count("--memory", &parser.value()?)?);
            }
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Test(arguments))
}

impl TestArguments {
    /// Nothing is named yet; what the environment says goes where options say nothing.
    fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, Wrong> {
        let count_in =
            |name: &str, default| variable(name).map_or(Ok(default), |value| count(name, &value));
        variable("LOG").map_or(Ok(()), |filter| check_log_filter(&filter.to_string_lossy()))?;
        Ok(TestArguments {
            selectors: Vec::new(),
            jobs: None,
            runs: NonZeroU32::MIN,
            json: None,
            seed: variable("LAB_SEED").map(|value| seed("LAB_SEED", &value)).transpose()?,
            keep: false,
            time_limit: seconds(count_in("LAB_TIME_LIMIT", TIME_LIMIT_SECONDS)?),
            memory_mib: mebibytes(count_in("LAB_MEMORY_MIB", MEMORY_MIB)?),
        })
    }
}

fn seconds(count: NonZeroU32) -> Duration {
    Duration::from_secs(count.get().into())
}

fn mebibytes(count: NonZeroU32) -> u64 {
    count.get().into()
}

/// A number of things of which there is at least one. What comes of adding and multiplying a few
/// such numbers is still a duration or a size.
fn count(name: &str, value: &OsStr) -> Result<NonZeroU32, Wrong> {
    number(name, value, "a whole number from 1 to 4294967295")
}

fn seed(name: &str, value: &OsStr) -> Result<u64, Wrong> {
    number(name, value, "a whole number below 2^64")
}

fn number<N: FromStr>(name: &str, value: &OsStr, wanted: &str) -> Result<N, Wrong> {
    let parsed = value.to_str().and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| Wrong(format!("{name} is {value:?}, and must be {wanted}")))
}

/// The filter is the tests' to use; each of them would fail for a mistake in it.
fn check_log_filter(filter: &str) -> Result<(), Wrong> {
    filter.parse::<LogFilter>().map(drop).map_err(Wrong)
}

#[cfg(test)]
mod tests;
