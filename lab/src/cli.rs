//! Reads the command line of `lab` and the settings in the environment.

use course::{
    LogFilter, MEMORY_MIB, Mode, Role, Seeds, Simulation, TIME_LIMIT_SECONDS, TestRequest,
    Unreadable,
};
use lexopt::prelude::{Long, Short, Value, ValueExt};
use std::ffi::{OsStr, OsString};
use std::fmt::{self, Display};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;

/// What `lab --help` prints.
pub const HELP: &str = "\
Runs the course's graded tests, each in a process of its own, several at a time.

lab test [OPTIONS] PART|TEST...   build and run tests: of a part (2A), of a whole lab (2), or
                                  by name
lab replay TEST --seed N          simulate one seed again, with its whole log; --seeds A..B,
                                  the last of them, after the others in the same process
lab list                          print the course: its parts, tests and points
lab linear [OPTIONS] FILE...      say whether recorded histories are linearizable (see
                                  lab linear --help, docs/linearizability.md)
lab events FILE                   say what a file of events holds, and judge it by the paper's
                                  rules (see docs/trace.md)
lab help                          print this
lab --version                     print the kit's version, which a seed belongs to

Options:
      --mode os|sim         on real threads in real time, or simulated from a seed (else MODE,
                            else os)
      --seeds A..B          simulate each test with every seed from A to before B; N means 0..N
      --check determinism   simulate each seed twice, in two processes: both must do the same
      --backend NAME        what carries simulated threads: coroutines, or threads for a debugger
                            (else BACKEND, else coroutines)
  -j, --jobs N              run N tests at a time (else as many as fit the cores)
  -r, --runs N              run each test N times; it passes if all its runs do
      --json FILE           write the results as JSON, for machines
      --seed N              the seed of every run (else LAB_SEED, else each run draws its own);
                            simulated, a seed fixes everything, on the OS only the dice
      --keep                keep the logs of runs that passed, too
      --time-limit SECONDS  how long a test may take (else LAB_TIME_LIMIT, else 120)
      --memory MIB          how much memory a test may use (else LAB_MEMORY_MIB, else 1024)
In the environment, LOG=raft=debug,labrpc=info says what the tests log; PREEMPT=0.3, PCT=3, POS=1
or SURW=1 how the simulation chooses who runs next, LATE=off (or spawned, woken, relock, points,
mixed) which threads of servers are late, instead of leaving that to the seed. REORDER=messages (or
links) lets messages overtake each other. RULES=required fails a solution whose messages tell no
facts; EVENTS=1 writes all events on real threads, too.

Exit codes:
  0    every test passed
  1    a test failed
  2    no test failed, but one is undecided
  3    the code does not compile
  4    the kit or the machine is at fault, not the solution
  64   the command line is wrong
  130  interrupted by Ctrl-C (128 and the signal's number)
";

/// What `lab` is asked to do.
#[derive(Debug, PartialEq)]
pub enum Command {
    /// Build and run graded tests.
    Test(TestArguments),
    /// Simulate one seed of one test again.
    Replay(TestArguments),
    /// Print the course.
    List,
    /// Check recorded histories.
    Linear(Vec<OsString>),
    /// Say what a file of events holds.
    Events(PathBuf),
    /// Explain the command line.
    Help,
    /// Print the version.
    Version,
}

/// The arguments of `lab test` and `lab replay`.
#[derive(Debug, PartialEq)]
pub struct TestArguments {
    /// What to run: parts, labs and names of tests.
    pub selectors: Vec<String>,
    /// Whether to simulate.
    pub mode: Mode,
    /// The seeds to simulate each test with; without them each test draws one.
    pub seeds: Option<Seeds>,
    /// Whether each seed is simulated twice, to see whether it does the same.
    pub check_determinism: bool,
    /// How to simulate.
    pub simulation: Simulation,
    /// How many tests to run at a time, if not as many as the cores allow.
    pub jobs: Option<NonZeroU32>,
    /// How often to run each test.
    pub runs: NonZeroU32,
    /// Where to write the results for machines.
    pub json: Option<PathBuf>,
    /// The seed of every run; without it each run draws its own.
    pub seed: Option<u64>,
    /// Whether to keep the files of runs that passed.
    pub keep: bool,
    /// Whether a solution whose messages tell no facts fails.
    pub rules_required: bool,
    /// Whether all events are written on the OS, too.
    pub events: bool,
    /// What to log, if not what is usual.
    pub log_filter: Option<LogFilter>,
    /// How many seconds a test may take.
    pub time_limit_seconds: NonZeroU32,
    /// How much memory a test may use, in MiB.
    pub memory_mib: NonZeroU32,
}

/// What is wrong with the command line, in a sentence.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong(String);

impl Display for Wrong {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\n`make help` or `lab help` lists the commands and options", self.0)
    }
}

impl From<Unreadable> for Wrong {
    fn from(unreadable: Unreadable) -> Wrong {
        Wrong(unreadable.problem)
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
        None => {
            return wrong(
                "no command given: use lab test, lab replay, lab list, lab linear or lab events",
            );
        }
        Some(Short('h') | Long("help")) => return Ok(Command::Help),
        Some(Short('V') | Long("version")) => return alone(&mut parser, Command::Version),
        Some(Value(word)) => word,
        Some(option) => return Err(option.unexpected().into()),
    };
    match command.to_str() {
        Some("test") => test(&mut parser, variable, None, Command::Test),
        // Only a simulated run can be replayed.
        Some("replay") => test(&mut parser, variable, Some(Mode::Sim), Command::Replay),
        Some("list") => alone(&mut parser, Command::List),
        Some("linear") => Ok(Command::Linear(parser.raw_args()?.collect())),
        Some("events") => events(&mut parser),
        Some("help") => Ok(Command::Help),
        Some(moved @ ("handout" | "check-course")) => Err(Wrong(format!(
            "lab {moved} is now make {moved}, which only the course staff's tree has"
        ))),
        _ => Err(Wrong(format!("no such command: {}", command.display()))),
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

fn events(parser: &mut lexopt::Parser) -> Result<Command, Wrong> {
    match parser.next()? {
        Some(Value(file)) => alone(parser, Command::Events(PathBuf::from(file))),
        Some(Short('h') | Long("help")) => Ok(Command::Help),
        Some(option) => Err(option.unexpected().into()),
        None => wrong("lab events needs a file: target/lab/latest/events.jsonl, say"),
    }
}

fn test(
    parser: &mut lexopt::Parser,
    variable: impl Fn(&str) -> Option<OsString>,
    mut mode: Option<Mode>,
    command: impl Fn(TestArguments) -> Command,
) -> Result<Command, Wrong> {
    let mut arguments = TestArguments::from_environment(&variable)?;
    let mut one_seed = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Value(word) => arguments.selectors.push(word.string()?),
            Long("mode") => mode = Some(named("MODE (--mode)", &parser.value()?)?),
            Long("seeds") => arguments.seeds = Some(seeds(&parser.value()?)?),
            Long("check") => arguments.check_determinism = check(&parser.value()?)?,
            Long("backend") => {
                arguments.simulation.backend = named("BACKEND (--backend)", &parser.value()?)?;
            }
            Short('j') | Long("jobs") => {
                arguments.jobs = Some(count("JOBS (--jobs)", &parser.value()?)?);
            }
            Short('r') | Long("runs") => {
                arguments.runs = count("RUNS (--runs)", &parser.value()?)?;
            }
            Long("json") => arguments.json = Some(PathBuf::from(parser.value()?)),
            Long("seed") => one_seed = Some(seed("SEED (--seed)", &parser.value()?)?),
            Long("keep") => arguments.keep = true,
            Long("time-limit") => {
                arguments.time_limit_seconds = count("--time-limit", &parser.value()?)?;
            }
            Long("memory") => arguments.memory_mib = count("--memory", &parser.value()?)?,
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    if one_seed.is_some() || arguments.seeds.is_some() {
        arguments.seed = one_seed;
    }
    arguments.settle(mode).map(command)
}

impl TestArguments {
    /// The settings of the environment, which options override; no test is selected yet.
    fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, Wrong> {
        let by_hand = TestRequest::from_variables(variable)?;
        Ok(TestArguments {
            selectors: Vec::new(),
            mode: by_hand.mode,
            seeds: None,
            check_determinism: false,
            simulation: by_hand.simulation,
            jobs: None,
            runs: NonZeroU32::MIN,
            json: None,
            seed: by_hand.seeds.map(Seeds::first),
            keep: false,
            rules_required: by_hand.rules_required,
            events: by_hand.events,
            log_filter: by_hand.log_filter,
            time_limit_seconds: by_hand.time_limit_seconds.unwrap_or(TIME_LIMIT_SECONDS),
            memory_mib: by_hand.memory_mib.unwrap_or(MEMORY_MIB),
        })
    }

    /// Checks the arguments together and settles the mode. `--seeds` and `--check` are for
    /// simulation, and select it.
    fn settle(mut self, mode: Option<Mode>) -> Result<TestArguments, Wrong> {
        let simulates = self.seeds.is_some() || self.check_determinism;
        self.mode = mode.unwrap_or(if simulates { Mode::Sim } else { self.mode });
        let is_set = self.simulation != Simulation::default();
        match (self.mode, self.seeds, self.seed) {
            (Mode::Os, ..) if simulates => {
                wrong("SEEDS (--seeds) and CHECK (--check) are for MODE=sim (--mode sim)")
            }
            (Mode::Os, ..) if is_set => wrong(
                "PREEMPT, PCT, POS, SURW, LATE, REORDER and BACKEND (--backend) are for \
                     MODE=sim (--mode sim)",
            ),
            (Mode::Sim, ..) if self.runs != NonZeroU32::MIN => {
                wrong("RUNS (--runs) is for real threads; simulated, SEEDS (--seeds) says how many")
            }
            (_, Some(_), Some(_)) => wrong("SEED (--seed) and SEEDS (--seeds): set one"),
            (Mode::Sim, None, Some(seed)) => {
                Ok(TestArguments { seeds: Some(Seeds::one(seed)), ..self })
            }
            _ => Ok(self),
        }
    }

    /// What all test processes are asked to do.
    pub fn request(&self) -> TestRequest {
        TestRequest {
            role: Role::Child,
            mode: self.mode,
            time_limit_seconds: Some(self.time_limit_seconds),
            memory_mib: Some(self.memory_mib),
            simulation: self.simulation,
            rules_required: self.rules_required,
            events: self.events,
            log_filter: self.log_filter.clone(),
            ..TestRequest::default()
        }
    }

    /// How often each test is run.
    pub fn runs(&self) -> u32 {
        match self.mode {
            Mode::Os => self.runs.get(),
            Mode::Sim => self.seeds.and_then(Seeds::count).unwrap_or(1),
        }
    }
}

fn wrong<T>(what: &str) -> Result<T, Wrong> {
    Err(Wrong(what.to_owned()))
}

fn seeds(value: &OsStr) -> Result<Seeds, Wrong> {
    let parsed = value.to_string_lossy().parse::<Seeds>();
    match parsed.map_err(|problem| Wrong(format!("SEEDS (--seeds): {problem}")))? {
        seeds if seeds.count().is_none() => wrong("SEEDS (--seeds): at most 4294967295 of them"),
        seeds => Ok(seeds),
    }
}

fn check(value: &OsStr) -> Result<bool, Wrong> {
    match value.to_str() {
        Some("determinism") => Ok(true),
        _ => Err(Wrong(format!("CHECK (--check) is {value:?}, and must be determinism"))),
    }
}

/// One of a few words; the error lists them.
fn named<T: FromStr<Err = String>>(name: &str, value: &OsStr) -> Result<T, Wrong> {
    let parsed = value.to_string_lossy().parse();
    parsed.map_err(|choices| Wrong(format!("{name} is {value:?}, and must be {choices}")))
}

/// A number from 1 to 2^32 - 1. Adding and multiplying a few of these does not overflow a duration
/// or a size.
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

#[cfg(test)]
mod tests;
