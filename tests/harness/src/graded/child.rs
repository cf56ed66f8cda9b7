//! The child: the process in which a scenario really runs, on the OS; and what a child is that
//! simulates, too.

use super::{Held, Limits, Scenario, memory, number, remarks};
use crate::log;
use course::{CANNOT_WRITE, Outcome, PassedLine, Titles, Verdict};
use labrt::thread;
use labrt::time::Instant;
use labrt::world::{self, Failure, FailureKind, Options};
use std::env;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process;
use std::sync::Arc;

/// How this process ends when the test failed.
pub(super) const FAILED: i32 = 1;

/// How this process ends when the test could not tell.
const UNDECIDED: i32 = 2;

/// One run of one test.
pub(super) struct Run {
    name: String,
    titles: Titles,
    began: Instant,
    pub(super) seed: u64,
}

/// Runs the scenario and leaves the outcome; returns only if the scenario held. `settings` is
/// what was wrong with those that were looked at before.
pub(super) fn run(
    name: &str,
    titles: Titles,
    limits: Limits,
    settings: Result<(), String>,
    scenario: Scenario,
) -> Outcome {
    end_with_whoever_started_us();
    let run = match settings.and_then(|()| number("LAB_SEED")) {
        Ok(seed) => Run::begin(name, titles, seed.unwrap_or_else(labrt::rand::entropy)),
        Err(problem) => Run::begin(name, titles, 0).failed(&problem, &problem),
    };
    let run = Arc::new(run);
    let limits = run.prepare(limits).unwrap_or_else(|problem| run.failed(&problem, &problem));
    println!("{}", PassedLine::heading(&run.titles.test));
    let options = Options { name: run.name.clone(), seed: run.seed, time_limit: limits.time };
    match world::run(options, move || scenario()) {
        Ok(held) => {
            let outcome = run.held(&held);
            leave(&outcome);
            if outcome.verdict == Verdict::Undecided {
                ::log::logger().flush();
                process::exit(UNDECIDED)
            }
            outcome
        }
        Err(failure) => run.failed(&first_line(&failure), &failure.to_string()),
    }
}

/// What went wrong, in a line. Panics mostly have nothing of their own but their place.
pub(super) fn first_line(failure: &Failure) -> String {
    let line = failure.message.lines().next().unwrap_or("failed without a word");
    match (failure.kind, &failure.place) {
        (FailureKind::Panic, Some(place)) => format!("panicked at {place}: {line}"),
        _ => line.to_string(),
    }
}

impl Run {
    /// Puts the settings into force.
    fn prepare(self: &Arc<Run>, limits: Limits) -> Result<Limits, String> {
        let limits = limits.or_from_environment()?;
        let run = self.clone();
        let exceeded = move |problem: String| {
            let report = format!("{problem}\n  threads at that time:\n{}", world::threads_report());
            run.failed(&problem, &report)
        };
        memory::cap(limits.memory_mib, thread::max_stack_bytes(), exceeded)?;
        log::install_from_environment()?;
        Ok(limits)
    }

    /// Ends the process without waiting for its threads: some may never end.
    fn failed(&self, what: &str, report: &str) -> ! {
        leave(&self.broke(what, report));
        ::log::logger().flush();
        process::exit(FAILED)
    }
}

impl Run {
    /// The run begins now.
    pub(super) fn begin(name: &str, titles: Titles, seed: u64) -> Run {
        Run { name: name.to_string(), titles, began: Instant::now(), seed }
    }

    /// The outcome of a scenario that held, or could not tell.
    pub(super) fn held(&self, held: &Held) -> Outcome {
        match held.lines(&self.titles) {
            Ok(lines) => self.passed(lines),
            Err(doubt) => self.undecided(&doubt),
        }
    }

    /// Printed as the course prints it. The heading of the first line has been, mostly.
    fn passed(&self, lines: Vec<PassedLine>) -> Outcome {
        let outcome = Outcome { passed_lines: lines, ..self.outcome(Verdict::Passed) };
        outcome.notes.iter().for_each(|note| println!("  note   {note}"));
        for line in &outcome.passed_lines {
            if line.title != self.titles.test {
                println!("{}", PassedLine::heading(&line.title));
            }
            println!("{line}");
        }
        outcome
    }

    fn undecided(&self, doubt: &str) -> Outcome {
        let report = format!("{doubt}\n  seed     {}\n", self.seed);
        eprintln!("{} UNDECIDED: {report}", self.name);
        let what = doubt.lines().next().unwrap_or("undecided without a word").to_string();
        let (what, report) = (Some(what), Some(report));
        Outcome { what, report, ..self.outcome(Verdict::Undecided) }
    }

    /// The outcome of a scenario that did not hold, printed.
    pub(super) fn broke(&self, what: &str, report: &str) -> Outcome {
        let report = format!("{}\n  seed     {}\n", report.trim_end(), self.seed);
        eprintln!("{} FAILED: {report}", self.name);
        let (what, report) = (Some(what.to_string()), Some(report));
        Outcome { what, report, ..self.outcome(Verdict::Failed) }
    }

    fn outcome(&self, verdict: Verdict) -> Outcome {
        Outcome {
            test: self.name.clone(),
            verdict,
            passed_lines: Vec::new(),
            notes: remarks::take(),
            what: None,
            report: None,
            seed: self.seed,
            wall_seconds: self.began.elapsed().as_secs_f64(),
            simulated: None,
        }
    }
}

/// Leaves the outcome where whoever started us looks for it.
fn leave(outcome: &Outcome) {
    if let Some(path) = env::var_os("LAB_RESULT")
        && let Err(error) = outcome.write(Path::new(&path))
    {
        end_without_a_word(Path::new(&path), &error);
    }
}

/// Ends the process, which cannot tell how the test went. Whoever started it would take silence
/// for a failure.
pub(super) fn end_without_a_word(path: &Path, error: &io::Error) -> ! {
    eprintln!("cannot write {}: {error}", path.display());
    ::log::logger().flush();
    process::exit(CANNOT_WRITE)
}

/// Ends this process when the pipe on its standard input closes: whoever started the test gives
/// it up then, or is gone, and no process is to be left behind.
pub(super) fn end_with_whoever_started_us() {
    let watch = || {
        let mut ignored = [0; 64];
        while matches!(io::stdin().read(&mut ignored), Ok(1..)) {}
        // Perhaps nobody reads this any more.
        let _ = writeln!(io::stderr(), "given up; the threads:\n{}", world::threads_report());
        process::exit(FAILED);
    };
    thread::Builder::new().name("stdin").spawn(watch).expect("the process has its first threads");
}
