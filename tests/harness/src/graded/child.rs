//! The child: the process in which a scenario really runs.

use super::{Figures, Limits, memory, number};
use crate::log;
use course::{Outcome, PassedLine, Verdict};
use labrt::sync::Mutex;
use labrt::thread;
use labrt::time::Instant;
use labrt::world::{self, Options};
use std::env;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process;
use std::sync::Arc;

/// How this process ends when the test failed.
const FAILED: i32 = 1;

/// One run of one test.
struct Run {
    name: String,
    title: String,
    began: Instant,
    seed: u64,
}

/// Runs the scenario and leaves the outcome; returns only if the scenario held.
pub(super) fn run(name: &str, title: &str, limits: Limits, scenario: fn() -> Figures) -> Outcome {
    end_with_whoever_started_us();
    let (name, title, began) = (name.to_string(), title.to_string(), Instant::now());
    let run = match number("LAB_SEED") {
        Ok(seed) => Run { name, title, began, seed: seed.unwrap_or_else(labrt::rand::entropy) },
        Err(problem) => Run { name, title, began, seed: 0 }.failed(&problem, &problem),
    };
    let run = Arc::new(run);
    let limits = run.prepare(limits).unwrap_or_else(|problem| run.failed(&problem, &problem));
    println!("{}", PassedLine::heading(&run.title));
    let options = Options { name: run.name.clone(), seed: run.seed, time_limit: limits.time };
    match world::run(options, scenario) {
        Ok(figures) => run.passed(&figures),
        Err(failure) => {
            let what = failure.message.lines().next().unwrap_or("failed without a word");
            run.failed(what, &failure.to_string())
        }
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
        memory::cap(limits.memory_mib, exceeded)?;
        log::install_from_environment()?;
        Ok(limits)
    }

    fn passed(&self, figures: &Figures) -> Outcome {
        let line = figures.line(&self.title);
        let outcome = Outcome { passed_lines: vec![line], ..self.outcome(Verdict::Passed) };
        outcome.notes.iter().for_each(|note| println!("  note   {note}"));
        outcome.passed_lines.iter().for_each(|line| println!("{line}"));
        leave(&outcome);
        outcome
    }

    /// Ends the process without waiting for its threads: some may never end.
    fn failed(&self, what: &str, report: &str) -> ! {
        let report = format!("{}\n  seed     {}\n", report.trim_end(), self.seed);
        eprintln!("{} FAILED: {report}", self.name);
        leave(&Outcome {
            what: Some(what.to_string()),
            report: Some(report),
            ..self.outcome(Verdict::Failed)
        });
        ::log::logger().flush();
        process::exit(FAILED)
    }

    fn outcome(&self, verdict: Verdict) -> Outcome {
        Outcome {
            test: self.name.clone(),
            verdict,
            passed_lines: Vec::new(),
            notes: notes(),
            what: None,
            report: None,
            seed: self.seed,
            wall_seconds: self.began.elapsed().as_secs_f64(),
        }
    }
}

/// What [`note`] was told.
static NOTES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Remarks on something that is odd but fails nothing: it is printed with the test's passed line.
pub fn note(remark: impl Into<String>) {
    NOTES.lock().push(remark.into());
}

fn notes() -> Vec<String> {
    NOTES.lock().clone()
}

/// Leaves the outcome where whoever started us looks for it.
fn leave(outcome: &Outcome) {
    if let Some(path) = env::var_os("LAB_RESULT")
        && let Err(error) = outcome.write(Path::new(&path))
    {
        eprintln!("the outcome cannot be written to {}: {error}", path.display());
    }
}

/// Ends this process when the pipe on its standard input closes: whoever started the test gives
/// it up then, or is gone, and no process is to be left behind.
fn end_with_whoever_started_us() {
    let watch = || {
        let mut ignored = [0; 64];
        while matches!(io::stdin().read(&mut ignored), Ok(1..)) {}
        // Perhaps nobody reads this any more.
        let _ = writeln!(io::stderr(), "given up; the threads:\n{}", world::threads_report());
        process::exit(FAILED);
    };
    thread::Builder::new().name("stdin").spawn(watch).expect("the process has its first threads");
}
