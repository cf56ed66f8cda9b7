//! `lab replay`: simulates one seed of one test again, with its whole log, and prints the command
//! line that runs it under a debugger. Where a seed fails only after other seeds in the same
//! process, `--seeds` names them all.

use crate::cli::TestArguments;
use crate::exit::Exit;
use crate::report::console::Console;
use crate::report::json::Document;
use crate::run::artifacts::Run;
use crate::run::cargo::Profile;
use crate::run::interrupt::Interrupt;
use crate::run::process_group::ProcessGroups;
use crate::run::result::RunResult;
use crate::run::results::Results;
use crate::run::runner::Runner;
use crate::run::schedule::TICK;
use crate::run::verdict::RunVerdict;
use crate::select::{SelectedTest, select};
use crate::test::{Refusal, Session, open_json, refused};
use crate::text::{after, labelled, short};
use course::{Backend, Course, Mode, SeedLog, Seeds, TestRequest};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

/// Simulates the seed that the arguments name.
pub fn replay(course: &Course, arguments: &TestArguments) -> Result<Exit, Refusal> {
    let tests = select(course, &arguments.selectors).map_err(refused(Exit::Usage))?;
    let (seeds, check) = (arguments.seeds, arguments.check_determinism);
    let ([selected], Some(seeds), false) = (tests.as_slice(), seeds, check) else {
        let example = "replay needs one test and its seed: make replay TEST=figure_8_2c SEED=417 \
            (SEEDS=400..418 has others before it, in the same process)";
        return Err(Refusal { exit: Exit::Usage, message: String::from(example) });
    };
    let selected = *selected;
    let json = arguments.json.as_deref().map(open_json).transpose()?;
    let process_groups = Arc::new(ProcessGroups::default());
    let interrupt = Interrupt::watch(&process_groups).map_err(refused(Exit::KitFault))?;
    let session = Session { course, arguments, tests, process_groups: &process_groups, interrupt };
    let mut results = Results::new(&session.tests, Mode::Sim, 1);
    let replay = Replay { session: &session, selected, seeds };
    let text = replay.run(&mut results)?;
    let exit = results.exit(session.interrupt.signal());
    Console::open().print(&text);
    if let Some(json) = json {
        json.write(&Document::new(&results, 1, exit)).map_err(refused(Exit::KitFault))?;
    }
    Ok(exit)
}

/// One invocation of `lab replay`.
struct Replay<'r> {
    session: &'r Session<'r>,
    selected: SelectedTest<'r>,
    /// The last one is replayed; those before it are simulated first, in the same process.
    seeds: Seeds,
}

impl Replay<'_> {
    /// Adds the run to the results and returns what to print.
    fn run(&self, results: &mut Results) -> Result<String, Refusal> {
        let profile = match self.session.arguments.simulation.backend {
            Backend::Coroutines => Profile::Test,
            Backend::Threads => Profile::Debugger,
        };
        let built = self.session.build(profile)?;
        results.began = Instant::now();
        let runner = self.session.runner(&built);
        let simulator = self.session.simulator(&runner);
        let run = Run { test: &self.selected.test.name, number: None, seed: self.seeds.last() };
        let earlier = built.artifacts.earlier(&run).and_then(|files| hash_in(&files.outcome()));
        let played = self.watched(|| simulator.replay(&self.selected, self.seeds));
        let Some(mut run) = played.map_err(refused(Exit::KitFault))? else {
            return Ok(String::new());
        };
        run.number = 1;
        let prints_log = runner.request.log_filter.is_some();
        let text = Console::open().only_run(&self.selected, &run);
        let text = text + &closing(&run, earlier, prints_log);
        results.add(0, run);
        Ok(text + &self.debugger(&runner)?)
    }

    /// Waits for the run, and kills it when its time is up.
    fn watched<T: Send>(&self, run: impl FnOnce() -> T + Send) -> T {
        thread::scope(|scope| {
            let running = scope.spawn(run);
            while !running.is_finished() {
                self.session.process_groups.kill_overdue(Instant::now());
                thread::sleep(TICK / 10);
            }
            running.join().expect("a run does not panic")
        })
    }

    /// With `BACKEND=threads`, the command lines for two debuggers.
    fn debugger(&self, runner: &Runner) -> Result<String, Refusal> {
        let backend = self.session.arguments.simulation.backend;
        if backend != Backend::Threads {
            return Ok(String::new());
        }
        let seeds = Some(self.seeds);
        let request = TestRequest { seeds, only_last: true, ..runner.request.clone() };
        let process = runner.process(&self.selected, request).map_err(refused(Exit::KitFault))?;
        let with = |debugger| process.under_debugger(debugger);
        let (gdb, lldb) = (with("rust-gdb --args"), with("rust-lldb --"));
        Ok(format!("\nunder gdb:\n{gdb}\n\nor under lldb:\n{lldb}\n"))
    }
}

/// The hash that an earlier run left.
fn hash_in(outcome: &Path) -> Option<u64> {
    SeedLog::read(outcome).ok()?.ended.pop()?.simulated?.hash
}

/// The lines after the result: when it ended, whether it did the same as the run before, where the
/// log is. If the user set `LOG`, the log itself.
fn closing(run: &RunResult, earlier: Option<u64>, prints_log: bool) -> String {
    let mut text = String::new();
    if let (Some(after), RunVerdict::Pass) = (run.simulated.as_ref().and_then(after), run.verdict) {
        text += &labelled("after", &after);
    }
    if let Some(hash) = run.hash() {
        let same = match earlier {
            None => String::new(),
            Some(earlier) if earlier == hash => String::from(", the same as before: same events"),
            Some(earlier) => format!(
                ", {earlier:016x} before: the code has changed since, or the settings (BACKEND, \
                 PREEMPT, PCT, POS, SURW, LATE, REORDER), or the seeds before it; if not, \
                 CHECK=determinism finds where the runs part"
            ),
        };
        text += &labelled("hash", &format!("{hash:016x}{same}"));
    }
    let Some(directory) = &run.kept else { return text };
    let log = directory.join("log.txt");
    text += &labelled("log", &short(&log).display().to_string());
    if prints_log {
        let log = fs::read(&log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        text += &log.unwrap_or_else(|error| format!("{error}\n"));
    }
    text
}
