//! `lab test`: builds and runs the selected tests, on real threads or simulated, and prints the
//! results. `lab replay` shares the [`Session`].

use crate::cli::TestArguments;
use crate::exit::Exit;
use crate::report::console::Console;
use crate::report::json::{Document, JsonFile};
use crate::report::{reached, seeds, summary};
use crate::run::artifacts::Artifacts;
use crate::run::cargo::{BuildError, Cargo, Executables, Profile};
use crate::run::interrupt::Interrupt;
use crate::run::process_group::ProcessGroups;
use crate::run::result::RunResult;
use crate::run::results::Results;
use crate::run::runner::{Runner, draw_seed};
use crate::run::schedule::{Event, Job, default_jobs, in_chunks, in_order, work_off};
use crate::run::simulate::Simulator;
use crate::run::verdict::Limits;
use crate::select::{SelectedTest, select};
use course::{Course, Mode, Reference, Seeds};
use std::fmt::Display;
use std::iter;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

/// A test's process reports by itself when its time is over. If it has not ended so much later, the
/// runner kills it.
const GRACE: Duration = Duration::from_secs(15);

/// Why nothing was run, and the exit code that means.
#[derive(Debug)]
pub struct Refusal {
    /// How `lab` ends.
    pub exit: Exit,
    /// What to tell the user.
    pub message: String,
}

/// Runs the tests that the arguments name.
pub fn test(course: &Course, arguments: &TestArguments) -> Result<Exit, Refusal> {
    let tests = select(course, &arguments.selectors).map_err(refused(Exit::Usage))?;
    let json = arguments.json.as_deref().map(open_json).transpose()?;
    let process_groups = Arc::new(ProcessGroups::default());
    let interrupt = Interrupt::watch(&process_groups).map_err(refused(Exit::KitFault))?;
    let session = Session { course, arguments, tests, process_groups: &process_groups, interrupt };
    let mut results = Results::new(&session.tests, arguments.mode, arguments.runs());
    let run = session.build(Profile::Test).and_then(|built| {
        session.clear(&built)?;
        session.run(&built, &mut results)
    });
    let exit = match &run {
        Ok(exit) => *exit,
        Err(refusal) => refusal.exit,
    };
    if let Some(json) = json {
        let document = Document::new(&results, session.jobs(), exit);
        json.write(&document).map_err(refused(Exit::KitFault))?;
    }
    run
}

/// Turns an error into why nothing was run.
pub fn refused<E: Display>(exit: Exit) -> impl Fn(E) -> Refusal {
    move |error| Refusal { exit, message: error.to_string() }
}

/// Makes sure that the results can be written, before anything is run for them.
pub fn open_json(path: &Path) -> Result<JsonFile, Refusal> {
    let refusal = |error| Refusal {
        exit: Exit::Usage,
        message: format!("cannot write the results to {}: {error}", path.display()),
    };
    JsonFile::create(path).map_err(refusal)
}

/// One invocation of `lab test` or `lab replay`.
pub struct Session<'s> {
    /// The course.
    pub course: &'s Course,
    /// The arguments.
    pub arguments: &'s TestArguments,
    /// The tests that they name.
    pub tests: Vec<SelectedTest<'s>>,
    /// The running processes.
    pub process_groups: &'s ProcessGroups,
    /// Whether a signal asked us to end.
    pub interrupt: Interrupt,
}

/// What a build produces.
pub struct Built {
    executables: Executables,
    /// Where files go.
    pub artifacts: Artifacts,
}

impl Session<'_> {
    /// How many tests run at a time: never more than there are runs. A simulated one keeps a core
    /// busy; on the OS they mostly sleep.
    fn jobs(&self) -> usize {
        let cores = available_parallelism().map_or(1, usize::from);
        let by_default = match self.arguments.mode {
            Mode::Os => default_jobs(&self.tests, cores).get(),
            Mode::Sim => cores,
        };
        let jobs = self.arguments.jobs.map_or(by_default, |jobs| jobs.get() as usize);
        jobs.min(self.tests.len().saturating_mul(self.arguments.runs() as usize))
    }

    /// Builds the tests' binaries.
    pub fn build(&self, profile: Profile) -> Result<Built, Refusal> {
        let cargo = Cargo::from_environment(self.process_groups);
        let target = cargo.target_directory().map_err(|error| self.not_built(&error))?;
        let executables =
            cargo.build(&self.tests, profile).map_err(|error| self.not_built(&error))?;
        let artifacts = Artifacts::open(&target).map_err(|error| Refusal {
            exit: Exit::KitFault,
            message: format!("cannot write to {}: {error}", target.join("lab").display()),
        })?;
        Ok(Built { executables, artifacts })
    }

    /// Removes what earlier invocations kept of these tests. Called only after the build succeeded.
    fn clear(&self, built: &Built) -> Result<(), Refusal> {
        let mut names = self.tests.iter().map(|selected| &selected.test.name);
        names.try_for_each(|name| built.artifacts.clear(name)).map_err(refused(Exit::KitFault))
    }

    fn not_built(&self, error: &BuildError) -> Refusal {
        let exit = match error {
            BuildError::Refused => Exit::NotBuilt,
            BuildError::Stopped => Exit::Interrupted(self.interrupt.signal().unwrap_or_default()),
            BuildError::Cargo(_) => Exit::KitFault,
        };
        Refusal { exit, message: error.to_string() }
    }

    fn run(&self, built: &Built, results: &mut Results) -> Result<Exit, Refusal> {
        let mut console = Console::open();
        console.print(&self.heading());
        results.began = Instant::now();
        self.run_all(built, results, &mut console);
        console.close_live();
        let signal = self.interrupt.signal();
        console.print(&closing(results, signal, &console));
        console.print(&summary::beyond(results, self.course));
        Ok(results.exit(signal))
    }

    fn run_all(&self, built: &Built, results: &mut Results, console: &mut Console) {
        let runner = self.runner(built);
        match self.arguments.mode {
            Mode::Os => {
                let jobs = in_order(&self.tests, self.arguments.runs());
                let work = |job: Job| Some(vec![runner.run(&self.tests[job.test], job.first)?]);
                self.work_off(jobs, work, results, console);
                self.run_again(&runner, results, console);
            }
            Mode::Sim => {
                let simulator = self.simulator(&runner);
                let jobs = in_chunks(&self.tests, self.arguments.runs(), self.jobs());
                let work = |job: Job| simulator.run(&self.tests[job.test], job);
                self.work_off(jobs, work, results, console);
                for test in &mut results.tests {
                    test.given_up = simulator.is_given_up(&test.selected.test.name);
                }
            }
        }
    }

    fn work_off(
        &self,
        jobs: impl Iterator<Item = Job> + Send,
        work: impl Fn(Job) -> Option<Vec<RunResult>> + Sync,
        results: &mut Results,
        console: &mut Console,
    ) {
        work_off(jobs, self.jobs(), work, |event| {
            self.process_groups.kill_overdue(Instant::now());
            match event {
                Event::Started(job) => console.started(job, &self.tests[job.test], results),
                Event::Tick => console.tick(results),
                Event::Done(job, runs) => {
                    for run in runs {
                        results.add(job.test, run);
                        console.done(job, results);
                    }
                    console.tick(results);
                }
            }
        });
    }

    /// Runs once more, alone and with its seed, each run that failed on a busy machine.
    fn run_again(&self, runner: &Runner, results: &mut Results, console: &mut Console) {
        for (test, place) in results.to_run_again() {
            if self.interrupt.signal().is_some() {
                return;
            }
            let run = &results.tests[test].runs[place];
            let (number, seed, why) = (run.number, run.seed, run.why_again().unwrap_or_default());
            let job = Job { test, first: number, count: 1 };
            let work = |_| runner.run_with(&self.tests[test], number, seed);
            work_off(iter::once(job), 1, work, |event| {
                self.process_groups.kill_overdue(Instant::now());
                match event {
                    Event::Started(job) => console.started_again(job, &why, results),
                    Event::Tick => console.tick(results),
                    Event::Done(job, again) => {
                        console.done_again(job, &again, results);
                        results.add_again(test, place, again);
                    }
                }
            });
        }
    }

    /// What runs of these tests have in common.
    pub fn runner<'r>(&'r self, built: &'r Built) -> Runner<'r> {
        Runner {
            executables: &built.executables,
            process_groups: self.process_groups,
            artifacts: &built.artifacts,
            limits: self.limits(),
            request: self.arguments.request(),
            seed: self.arguments.seed,
            keep: self.arguments.keep,
        }
    }

    /// What simulated runs of these tests have in common. Without seeds, each test draws one.
    pub fn simulator<'r>(&self, runner: &'r Runner<'r>) -> Simulator<'r> {
        let seeds = || self.arguments.seeds.unwrap_or_else(|| Seeds::one(draw_seed()));
        Simulator {
            runner,
            seeds: self.tests.iter().map(|_| seeds()).collect(),
            check_determinism: self.arguments.check_determinism,
            kept: Mutex::default(),
            deaths: Mutex::default(),
        }
    }

    fn limits(&self) -> Limits {
        let TestArguments { time_limit_seconds, memory_mib, .. } = *self.arguments;
        let time = Duration::from_secs(time_limit_seconds.get().into());
        Limits { time, grace: GRACE, memory_mib: memory_mib.get().into() }
    }

    fn heading(&self) -> String {
        let (runs, jobs) = (self.arguments.runs(), self.jobs());
        let tests = match self.tests.len() {
            1 => String::from("1 test"),
            count => format!("{count} tests"),
        };
        let twice = if self.arguments.check_determinism { " twice" } else { "" };
        match (runs, self.arguments.mode, self.arguments.seeds) {
            (1, Mode::Os, _) => {
                format!("{tests}, {jobs} at a time. {}\n", summary::figures(&self.tests))
            }
            (1, Mode::Sim, _) => {
                let figures = format!("{} Seconds are virtual.", summary::figures(&self.tests));
                format!("{tests}, simulated{twice}, {jobs} at a time. {figures}\n")
            }
            (_, _, Some(seeds)) => {
                format!(
                    "{tests}, {runs} seeds each ({seeds}), simulated{twice}, {jobs} at a time.\n"
                )
            }
            _ => format!("{tests}, {runs} runs each, {jobs} at a time.\n"),
        }
    }
}

/// Tables and totals.
fn closing(results: &Results, signal: Option<i32>, console: &Console) -> String {
    let mut text = String::from("\n");
    if results.many_seeds() {
        text += &seeds::table(results);
        text += &seeds::notes(results);
        text += "\n";
        text += &seeds::failures(results, console.colors);
        let reached = reached::lines(results, &Reference::load());
        if !reached.is_empty() {
            text += &format!("{reached}\n");
        }
    } else if results.runs > 1 {
        text += &summary::repeats(results);
        text += &summary::failures(results, console.colors);
        text += "\n";
    }
    text += &summary::points(results);
    text + &summary::closing(results, signal, console.colors)
}
