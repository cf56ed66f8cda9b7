//! `lab test`: from the command line to the exit code.

use crate::cargo::{BuildError, Cargo, Executables};
use crate::children::Children;
use crate::cli::TestArguments;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::json::{Document, JsonFile};
use crate::report;
use crate::results::Results;
use crate::run::Runner;
use crate::schedule::{Event, Job, default_jobs, in_order, work_off};
use crate::screen::Screen;
use crate::select::{Chosen, select};
use crate::store::Store;
use crate::verdict::Limits;
use course::Course;
use std::fmt::Display;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

/// A test process reports by itself when its time is over. If it has not ended so much later, it
/// never will.
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
    let children = Arc::new(Children::default());
    let interrupt = Interrupt::watch(&children).map_err(refused(Exit::KitFault))?;
    let session = Session { arguments, tests, children: &children, interrupt };
    let mut results = Results::new(&session.tests, arguments.runs.get());
    let run = session.build().and_then(|built| session.run(&built, &mut results));
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

fn refused<E: Display>(exit: Exit) -> impl Fn(E) -> Refusal {
    move |error| Refusal { exit, message: error.to_string() }
}

fn open_json(path: &Path) -> Result<JsonFile, Refusal> {
    let refusal = |error| Refusal {
        exit: Exit::Usage,
        message: format!("cannot write the results to {}: {error}", path.display()),
    };
    JsonFile::create(path).map_err(refusal)
}

/// One invocation of `lab test`.
struct Session<'s> {
    arguments: &'s TestArguments,
    tests: Vec<Chosen<'s>>,
    children: &'s Children,
    interrupt: Interrupt,
}

/// What the build leaves to go on with.
struct Built {
    executables: Executables,
    store: Store,
}

impl Session<'_> {
    /// How many tests run at a time: never more than there are runs.
    fn jobs(&self) -> usize {
        let cores = available_parallelism().map_or(1, usize::from);
        let by_default = default_jobs(&self.tests, cores).get();
        let jobs = self.arguments.jobs.map_or(by_default, |jobs| jobs.get() as usize);
        jobs.min(self.tests.len() * self.arguments.runs.get() as usize)
    }

    fn build(&self) -> Result<Built, Refusal> {
        let cargo = Cargo::from_environment(self.children);
        let target = cargo.target_directory().map_err(|error| self.not_built(&error))?;
        let executables = cargo.build(&self.tests).map_err(|error| self.not_built(&error))?;
        let store = self.open_store(&target).map_err(|error| Refusal {
            exit: Exit::KitFault,
            message: format!("cannot write to {}: {error}", target.join("lab").display()),
        })?;
        Ok(Built { executables, store })
    }

    fn not_built(&self, error: &BuildError) -> Refusal {
        let exit = match error {
            BuildError::Refused => Exit::NotBuilt,
            BuildError::Stopped => Exit::Interrupted(self.interrupt.signal().unwrap_or_default()),
            BuildError::Cargo(_) => Exit::KitFault,
        };
        Refusal { exit, message: error.to_string() }
    }

    /// What earlier invocations kept of these tests goes, now that there is something to run.
    fn open_store(&self, target: &Path) -> io::Result<Store> {
        let store = Store::open(target)?;
        self.tests.iter().try_for_each(|chosen| store.clear(&chosen.test.name))?;
        Ok(store)
    }

    fn run(&self, built: &Built, results: &mut Results) -> Result<Exit, Refusal> {
        let mut screen = Screen::open();
        screen.print(&self.heading());
        results.began = Instant::now();
        self.run_all(built, results, &mut screen);
        screen.close_live();
        let signal = self.interrupt.signal();
        screen.print(&closing(results, signal, &screen));
        Ok(results.exit(signal))
    }

    fn run_all(&self, built: &Built, results: &mut Results, screen: &mut Screen) {
        let runner = Runner {
            executables: &built.executables,
            children: self.children,
            store: &built.store,
            limits: self.limits(),
            seed: self.arguments.seed,
            keep: self.arguments.keep,
        };
        let jobs = in_order(&self.tests, self.arguments.runs.get());
        let work = |job: Job| runner.run(&self.tests[job.test], job.run);
        work_off(jobs, self.jobs(), work, |event| {
            self.children.kill_overdue(Instant::now());
            match event {
                Event::Started(job) => screen.started(job, &self.tests[job.test], results),
                Event::Tick => screen.tick(results),
                Event::Done(job, run) => {
                    let report = results.add(job.test, run);
                    screen.done(job, &report, results);
                }
            }
        });
    }

    fn limits(&self) -> Limits {
        let TestArguments { time_limit, memory_mib, .. } = *self.arguments;
        Limits { time: time_limit, grace: GRACE, memory_mib }
    }

    fn heading(&self) -> String {
        let (runs, jobs) = (self.arguments.runs.get(), self.jobs());
        let tests = match self.tests.len() {
            1 => String::from("1 test"),
            count => format!("{count} tests"),
        };
        match runs {
            1 => format!("{tests}, {jobs} at a time. {}\n", report::FIGURES),
            _ => format!("{tests}, {runs} runs each, {jobs} at a time.\n"),
        }
    }
}

/// Tables and totals.
fn closing(results: &Results, signal: Option<i32>, screen: &Screen) -> String {
    let mut text = String::from("\n");
    if results.runs > 1 {
        text += &report::repeats(results);
        text += &report::failures(results, screen.paint);
        text += "\n";
    }
    text += &report::points(results);
    text + &report::closing(results, signal, screen.paint)
}
