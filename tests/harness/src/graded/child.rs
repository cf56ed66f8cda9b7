//! The child: the process that runs the scenario, here on real threads. [`Run`] serves the child
//! that simulates as well.

use super::lateness::Watch;
use super::scenario_result::ScenarioResult;
use super::test::{Limits, Test};
use super::{memory, warnings};
use crate::{events, log};
use course::{
    CANNOT_WRITE, Lateness, Outcome, PassedLine, Seeds, TestRequest, Titles, Verdict,
    seed_with_version,
};
use labrt::thread;
use labrt::time::Instant;
use labrt::world::{self, Failure, FailureKind, Options};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;

/// How this process ends when the test failed.
pub(super) const FAILED: i32 = 1;

/// How this process ends when the test is undecided.
const UNDECIDED: i32 = 2;

/// One run of one test.
pub(super) struct Run {
    name: String,
    titles: Titles,
    began: Instant,
    seed: u64,
    /// Where to leave the outcome, if the run is to leave it in a file of its own.
    result: Option<PathBuf>,
}

/// Runs the scenario and leaves the outcome; returns only if the scenario held. `settings` is
/// what is wrong with the request.
pub(super) fn run(test: Test, request: &TestRequest, settings: Result<(), String>) -> Outcome {
    end_with_whoever_started_us();
    let Test { name, titles, limits, scenario } = test;
    let seed = request.seeds.map_or_else(labrt::rand::entropy, Seeds::first);
    let result = request.result.clone();
    let run = Arc::new(Run { result, ..Run::begin(&name, titles, seed) });
    let ready = settings.and_then(|()| run.prepare(limits, request)).and_then(|()| Watch::start());
    let watch = ready.unwrap_or_else(|problem| run.failed(&problem, &problem));
    println!("{}", PassedLine::heading(&run.titles.test));
    let options = Options { name, seed, time_limit: limits.time };
    match world::run(options, move || scenario()) {
        Ok(held) => {
            let outcome = run.held(&held);
            run.leave(&outcome);
            if outcome.verdict == Verdict::Undecided {
                flush();
                process::exit(UNDECIDED)
            }
            outcome
        }
        Err(failure) => {
            let lateness = watch.lateness().filter(|_| may_come_of_lateness(failure.kind));
            let what = first_line(&failure);
            run.end(run.broke_while_late(&what, &failure.to_string(), lateness))
        }
    }
}

/// Whether a correct solution may fail like this if its threads are late. It never panics, nor
/// locks in a ring.
fn may_come_of_lateness(kind: FailureKind) -> bool {
    matches!(kind, FailureKind::Violation | FailureKind::TimeLimit)
}

/// What went wrong, in a line: for a panic with its place, for its message often says little.
pub(super) fn first_line(failure: &Failure) -> String {
    let line = failure.message.lines().next().unwrap_or("failed without a message");
    match (failure.kind, &failure.place) {
        (FailureKind::Panic, Some(place)) => format!("panicked at {place}: {line}"),
        _ => line.to_string(),
    }
}

impl Run {
    /// Puts the settings into force.
    fn prepare(self: &Arc<Run>, limits: Limits, request: &TestRequest) -> Result<(), String> {
        let run = self.clone();
        let exceeded = move |problem: &str, report: &str| run.failed(problem, report);
        memory::cap(limits.memory_mib, thread::max_stack_bytes(), exceeded)?;
        events::install(&self.name, request);
        log::install(request)
    }

    /// Ends the process without waiting for its threads: some may never end.
    fn failed(&self, what: &str, report: &str) -> ! {
        self.end(self.broke(what, report))
    }

    fn end(&self, outcome: Outcome) -> ! {
        self.leave(&outcome);
        events::write_kept();
        flush();
        process::exit(FAILED)
    }

    /// Leaves the outcome where whoever started us looks for it.
    fn leave(&self, outcome: &Outcome) {
        if let Some(path) = &self.result
            && let Err(error) = outcome.write(path)
        {
            end_without_outcome(path, &error);
        }
    }
}

impl Run {
    /// The run begins now.
    pub(super) fn begin(name: &str, titles: Titles, seed: u64) -> Run {
        let name = name.to_string();
        Run { name, titles, began: Instant::now(), seed, result: None }
    }

    /// The outcome of a scenario that passed or is undecided.
    pub(super) fn held(&self, held: &ScenarioResult) -> Outcome {
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
        let report = format!("{doubt}\n  seed     {}\n", seed_with_version(self.seed));
        eprintln!("{} UNDECIDED: {report}", self.name);
        let what = doubt.lines().next().unwrap_or("undecided without a reason").to_string();
        let (what, report) = (Some(what), Some(report));
        Outcome { what, report, ..self.outcome(Verdict::Undecided) }
    }

    /// The outcome of a scenario that did not hold, printed.
    pub(super) fn broke(&self, what: &str, report: &str) -> Outcome {
        self.broke_while_late(what, report, None)
    }

    /// The same on a machine that woke threads so late.
    fn broke_while_late(&self, what: &str, report: &str, lateness: Option<Lateness>) -> Outcome {
        let seed = seed_with_version(self.seed);
        let late = lateness.map(|late| format!("  late     {late}\n")).unwrap_or_default();
        let report = format!("{}\n{late}  seed     {seed}\n", report.trim_end());
        eprintln!("{} FAILED: {report}", self.name);
        let (what, report) = (Some(what.to_string()), Some(report));
        Outcome { what, report, lateness, ..self.outcome(Verdict::Failed) }
    }

    fn outcome(&self, verdict: Verdict) -> Outcome {
        Outcome {
            test: self.name.clone(),
            verdict,
            passed_lines: Vec::new(),
            notes: warnings::take(),
            what: None,
            report: None,
            seed: self.seed,
            wall_seconds: self.began.elapsed().as_secs_f64(),
            lateness: None,
            simulated: None,
        }
    }
}

/// Ends the process, which cannot write how the test went. Its exit code says so; otherwise the
/// missing outcome would count as a failure of the solution.
pub(super) fn end_without_outcome(path: &Path, error: &io::Error) -> ! {
    eprintln!("cannot write {}: {error}", path.display());
    flush();
    process::exit(CANNOT_WRITE)
}

/// Ends this process when the pipe on its standard input closes: then whoever started the test has
/// stopped it, or is gone, and no process must be left behind.
pub(super) fn end_with_whoever_started_us() {
    let watch = || {
        let mut ignored = [0; 64];
        while matches!(io::stdin().read(&mut ignored), Ok(1..)) {}
        // Whoever reads this may be gone.
        let _ = writeln!(io::stderr(), "stopped; the threads:\n{}", world::threads_report());
        process::exit(FAILED);
    };
    thread::Builder::new().name("stdin").spawn(watch).expect("the process has its first threads");
}

/// The log and the events are in their files.
pub(super) fn flush() {
    ::log::logger().flush();
    events::flush();
}
