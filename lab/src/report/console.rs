//! Prints plain lines on standard output, and on a terminal below them a live display of the tests
//! that run now.

use crate::report::color::{self, Colors};
use crate::report::one_run;
use crate::report::terminal::Quiet;
use crate::run::result::RunResult;
use crate::run::results::{Results, TestResults};
use crate::run::schedule::Job;
use crate::run::verdict::RunVerdict;
use crate::select::SelectedTest;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::{Duration, Instant};

/// Of the failures of one test in many runs, so many are shown as they come.
const SHOWN_FAILURES: usize = 3;

/// Without a live display, progress of many runs is printed in about so many lines.
const PROGRESS_LINES: usize = 50;

/// Without a live display, progress of many seeds is printed this often.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(10);

/// The runner's output.
#[derive(Debug)]
pub struct Console {
    /// How text is coloured.
    pub colors: Colors,
    live: Option<Live>,
    /// When progress was last printed.
    last_progress: Instant,
}

/// The lines that are drawn again and again.
#[derive(Debug)]
struct Live {
    _quiet: Option<Quiet>,
    bars: MultiProgress,
    total: ProgressBar,
    /// By the run's number and its test.
    running: BTreeMap<(u32, usize), (Instant, ProgressBar)>,
}

impl Console {
    /// A console on the standard streams, live if both are a terminal.
    pub fn open() -> Console {
        let live = stdout().is_terminal() && stderr().is_terminal() && !color::is_dumb();
        let last_progress = Instant::now();
        Console { colors: Colors::for_stdout(), live: live.then(Live::new), last_progress }
    }

    /// Prints text above the live display. An error is ignored: the reader may be gone (`lab ... |
    /// head`), and the exit code still counts.
    pub fn print(&self, text: &str) {
        let print = || {
            let mut stdout = stdout().lock();
            let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        };
        match &self.live {
            Some(live) => live.bars.suspend(print),
            None => print(),
        }
    }

    /// A run begins.
    pub fn started(&mut self, job: Job, selected: &SelectedTest, results: &Results) {
        if let Some(live) = &mut self.live
            // A process with many seeds ends before one could read the line.
            && !results.many_seeds()
        {
            live.started(job, selected, results);
        }
    }

    /// A run is done: the last one among the results of its test.
    pub fn done(&mut self, job: Job, results: &Results) {
        if let Some(live) = &mut self.live {
            live.done(job);
        }
        let test = &results.tests[job.test];
        if let Some(run) = test.runs.last() {
            let text = match results.runs {
                1 => self.only_run(&test.selected, run),
                _ => self.one_of_many(test, run, results),
            };
            if !text.is_empty() {
                self.print(&text);
            }
        }
    }

    /// A run that failed on a busy machine begins once more.
    pub fn started_again(&mut self, job: Job, why: &str, results: &Results) {
        let test = &results.tests[job.test];
        let (name, number) = (&test.selected.test.name, job.first);
        let which = if results.runs > 1 { format!(" run {number}") } else { String::new() };
        self.print(&format!("again, alone: {name}{which} failed, but {why}\n"));
        self.started(job, &test.selected, results);
    }

    /// That run is done.
    pub fn done_again(&mut self, job: Job, run: &RunResult, results: &Results) {
        if let Some(live) = &mut self.live {
            live.done(job);
        }
        let test = &results.tests[job.test];
        let mut text = self.only_run(&test.selected, run);
        if run.verdict == RunVerdict::Pass {
            let (verdict, name) = (self.colors.verdict(RunVerdict::Busy), &test.selected.test.name);
            text +=
                &format!("{verdict}  {name}  failed on a busy machine, passed when run again\n");
        }
        self.print(&text);
    }

    /// What is printed of a test's only run.
    pub fn only_run(&self, selected: &SelectedTest, run: &RunResult) -> String {
        match run.verdict {
            RunVerdict::Pass => one_run::passed(run),
            RunVerdict::Stopped => one_run::failure_line(selected, run, self.colors),
            _ => {
                one_run::failure(selected, run, self.colors) + &one_run::excerpt(&run.report) + "\n"
            }
        }
    }

    /// Many runs would flood the screen: only the first failures of a test are shown, and where
    /// there is no live display a line now and then.
    fn one_of_many(&self, test: &TestResults, run: &RunResult, results: &Results) -> String {
        let mut text = String::new();
        match run.verdict {
            RunVerdict::Pass => {}
            RunVerdict::Stopped => text += &one_run::failure_line(&test.selected, run, self.colors),
            _ if test.not_passed() > SHOWN_FAILURES => {}
            // At the end they are printed in full.
            _ if results.many_seeds() => {
                text += &one_run::failure_line(&test.selected, run, self.colors);
            }
            _ => text += &one_run::failure(&test.selected, run, self.colors),
        }
        let step = results.tests.len().max(results.expected().div_ceil(PROGRESS_LINES));
        let counts = run.verdict != RunVerdict::Stopped && !results.many_seeds();
        if self.live.is_none() && counts && results.done().is_multiple_of(step) {
            text += &format!("{}\n", progress(results));
        }
        text
    }

    /// Draws the live lines anew; without them, prints the progress of many seeds now and then.
    pub fn tick(&mut self, results: &Results) {
        match &self.live {
            Some(live) => live.draw(results),
            None if results.many_seeds() && self.last_progress.elapsed() > PROGRESS_INTERVAL => {
                self.last_progress = Instant::now();
                self.print(&format!("{}\n", progress(results)));
            }
            None => {}
        }
    }

    /// Ends the live display.
    pub fn close_live(&mut self) {
        if let Some(live) = self.live.take() {
            let _ = live.bars.clear();
        }
    }
}

/// How much is done, in words.
fn progress(results: &Results) -> String {
    let (done, expected) = (results.done(), results.expected());
    let seconds = results.began.elapsed().as_secs();
    let failed = results.not_passed();
    if results.many_seeds() {
        let a_minute = done as f64 * 60.0 / results.began.elapsed().as_secs_f64().max(0.001);
        return format!("{done}/{expected} seeds done, {a_minute:.0} a minute, {failed} failed");
    }
    let noun = if results.runs == 1 { "tests" } else { "runs" };
    format!("{done}/{expected} {noun} done, {failed} failed, {seconds} s")
}

impl Live {
    fn new() -> Live {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        let total = bars.add(ProgressBar::new(0));
        let style = ProgressStyle::with_template("[{bar:30}] {msg}").expect("a valid template");
        total.set_style(style.progress_chars("=> "));
        Live { _quiet: Quiet::begin(), bars, total, running: BTreeMap::new() }
    }

    fn started(&mut self, job: Job, selected: &SelectedTest, results: &Results) {
        let style = ProgressStyle::with_template("  {prefix} {msg}").expect("a valid template");
        let bar = self.bars.insert_before(&self.total, ProgressBar::new_spinner());
        bar.set_style(style);
        let run = if results.runs > 1 { format!("  run {}", job.first) } else { String::new() };
        bar.set_prefix(format!("{}{run}", selected.part.full_title(selected.test)));
        self.running.insert((job.first, job.test), (Instant::now(), bar));
        self.draw(results);
    }

    fn done(&mut self, job: Job) {
        if let Some((_, bar)) = self.running.remove(&(job.first, job.test)) {
            self.bars.remove(&bar);
        }
    }

    fn draw(&self, results: &Results) {
        for (began, bar) in self.running.values() {
            bar.set_message(format!("... {} s", began.elapsed().as_secs()));
        }
        self.total.set_length(results.expected() as u64);
        self.total.set_position(results.done() as u64);
        self.total.set_message(progress(results));
    }
}
