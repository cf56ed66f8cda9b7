//! The child that simulates: runs one test with one seed after the other, each in a world of its
//! own.

use super::child::{
    FAILED, Run, end_with_whoever_started_us, end_without_outcome, first_line, flush,
};
use super::schedule::{in_words, schedule_of};
use super::test::{Limits, Scenario, Test};
use super::{memory, warnings};
use crate::{events, log};
use ::log::LevelFilter;
use course::{Course, Outcome, PassedLine, SeedEvent, Seeds, Simulated, TestRequest, Titles};
use labrt::sim::{self, Schedule, simulate};
use labrt::sync::Mutex;
use labrt::time::{Duration, Instant};
use labrt::world::{Failure, Options};
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;

/// How long a child begins further seeds; those left then go to another child. So a process that is
/// killed for its time was stuck in one seed.
pub(super) const SLICE: Duration = Duration::from_secs(10);

/// Threads that cannot be ended keep their stacks. With so many of them a process is given up.
const LEFT_BEHIND: usize = 1000;

/// The test, and the seed that runs now.
struct Child {
    name: String,
    titles: Titles,
    limits: Limits,
    seeds: Seeds,
    /// `None` between two seeds. Whoever takes the run out reports how it ended: the loop, or a
    /// guard that ends the process.
    running: Mutex<Option<Run>>,
    /// Where the seeds' events go, if the request names a file.
    events: Mutex<Option<Events>>,
}

/// The file of the seeds' events, and where it is.
struct Events {
    path: PathBuf,
    file: File,
}

/// Simulates the scenario with every seed there is time for, and ends the process: in order
/// whatever became of the seeds. `settings` is what is wrong with the request.
pub(super) fn run(test: Test, request: TestRequest, settings: Result<(), String>) -> ! {
    end_with_whoever_started_us();
    let Test { name, titles, limits, scenario } = test;
    let seeds = request.seeds.unwrap_or_else(|| Seeds::one(labrt::rand::entropy()));
    let events = request.result.as_deref().map(open_events);
    let (running, events) = (Mutex::new(None), Mutex::new(events));
    let child = Arc::new(Child { name, titles, limits, seeds, running, events });
    match settings.and_then(|()| child.prepare(&request)) {
        Ok(trace) => child.run_all(&request, trace, &scenario),
        Err(problem) => child.refuse(&problem),
    }
    flush();
    process::exit(0)
}

fn open_events(path: &Path) -> Events {
    match OpenOptions::new().create(true).append(true).open(path) {
        Ok(file) => Events { path: path.to_owned(), file },
        Err(error) => end_without_outcome(path, &error),
    }
}

impl Child {
    /// Puts the settings into force. Returns where to write the events of the last seed, if
    /// anywhere.
    fn prepare(self: &Arc<Child>, request: &TestRequest) -> Result<Option<File>, String> {
        let create = |path: &PathBuf| {
            let cannot = |error| format!("cannot write the trace to {}: {error}", path.display());
            File::create(path).map_err(cannot)
        };
        let trace = request.trace.as_ref().map(create).transpose()?;
        events::install(&self.name, request);
        log::install(request)?;
        let child = self.clone();
        let exceeded = move |problem: &str, report: &str| child.end_over_memory(problem, report);
        memory::cap(self.limits.memory_mib, sim::max_stack_bytes(), exceeded)?;
        let child = self.clone();
        sim::on_fatal(move |failure| child.end_fatally(failure));
        Ok(trace)
    }

    fn run_all(&self, request: &TestRequest, mut trace: Option<File>, scenario: &Scenario) {
        let TestRequest { simulation, only_last, .. } = *request;
        let began = Instant::now();
        let (expected_points, beyond) = self.in_the_course();
        let mut left_behind = 0;
        let level = ::log::max_level();
        for seed in self.seeds.iter() {
            let is_last = seed == self.seeds.last();
            ::log::set_max_level(if is_last || !only_last { level } else { LevelFilter::Off });
            let trace = if is_last { trace.take() } else { None };
            let trace = trace.map(|file| Box::new(BufWriter::new(file)) as Box<dyn Write + Send>);
            let schedule = schedule_of(simulation, beyond);
            let schedule = Schedule { expected_points, trace, ..schedule };
            left_behind += self.run_one(seed, schedule, scenario);
            if !only_last && (began.elapsed() > SLICE || left_behind > LEFT_BEHIND) {
                break;
            }
        }
    }

    /// Returns how many threads could not be ended.
    fn run_one(&self, seed: u64, schedule: Schedule, scenario: &Scenario) -> usize {
        self.begin(seed);
        let options = Options { name: self.name.clone(), seed, time_limit: self.limits.time };
        let (scenario, reorder) = (scenario.clone(), schedule.reorder);
        let simulated = simulate(options, schedule, move || scenario());
        let figures = Simulated {
            virtual_seconds: Some(simulated.elapsed.as_secs_f64()),
            points: Some(simulated.points),
            hash: Some(simulated.hash),
            policy: Some(in_words(simulated.policy, simulated.lateness, reorder)),
            reached: events::take_reached(),
        };
        let leaked = simulated.leaked;
        let left_behind = leaked.len();
        self.end(figures, move |run| {
            if !leaked.is_empty() {
                warnings::note(format!("threads that cannot be ended: {}", leaked.join(", ")));
            }
            match simulated.result {
                Ok(held) => run.held(&held),
                Err(failure) => run.broke(&first_line(&failure), &failure.to_string()),
            }
        });
        left_behind
    }

    fn begin(&self, seed: u64) {
        // Warnings of an earlier seed's threads, at their end, are not this seed's, nor is what
        // that reached.
        drop(warnings::take());
        let _ = events::take_reached();
        self.leave(&SeedEvent::Began(seed));
        println!("{}", PassedLine::heading(&self.titles.test));
        *self.running.lock() = Some(Run::begin(&self.name, self.titles.clone(), seed));
    }

    /// Ends the seed under way with the outcome that `judge` makes of it, unless it has ended
    /// already.
    fn end(&self, figures: Simulated, judge: impl FnOnce(&Run) -> Outcome) {
        let mut running = self.running.lock();
        if let Some(run) = running.take() {
            let outcome = Outcome { simulated: Some(figures), ..judge(&run) };
            self.leave(&SeedEvent::Ended(outcome));
        }
    }

    fn leave(&self, event: &SeedEvent) {
        if let Some(Events { path, file }) = &mut *self.events.lock()
            && let Err(error) = event.append(file)
        {
            end_without_outcome(path, &error);
        }
    }

    /// The runtime is about to abort this process for what a thread of the world does.
    fn end_fatally(&self, failure: &Failure) {
        let virtual_seconds = Some(failure.elapsed.as_secs_f64());
        let figures = Simulated { virtual_seconds, ..Simulated::default() };
        self.end(figures, |run| run.broke(&first_line(failure), &failure.to_string()));
        flush();
    }

    fn end_over_memory(&self, problem: &str, report: &str) {
        self.end(Simulated::default(), |run| run.broke(problem, report));
        flush();
        process::exit(FAILED)
    }

    /// Nothing can be run with such settings.
    fn refuse(&self, problem: &str) {
        self.begin(self.seeds.first());
        self.end(Simulated::default(), |run| run.broke(problem, problem));
    }

    /// About how many scheduling points the test has, and whether it goes beyond the course. Of one
    /// that is not in course.toml nothing is known, and it does not.
    fn in_the_course(&self) -> (u64, bool) {
        let course = Course::load();
        let test = course.test(&self.name);
        test.map_or((0, false), |(part, test)| (test.scheduling_points, !part.is_graded()))
    }
}
