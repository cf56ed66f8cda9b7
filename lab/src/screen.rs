//! Where the words go: plain lines on standard output, and on a terminal below them a live display
//! of what is running now.

use crate::paint::{self, Paint};
use crate::report;
use crate::results::{Results, TestResults};
use crate::run::RunResult;
use crate::schedule::Job;
use crate::select::Chosen;
use crate::terminal::Quiet;
use crate::verdict::Word;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::{Duration, Instant};

/// Of the failures of one test in many runs, so many are shown as they come.
const SHOWN_FAILURES: usize = 3;

/// Where there is no live display, many runs are told of in about so many lines.
const PROGRESS_LINES: usize = 50;

/// Where there is no live display, many seeds are told of this often: they may be done in a second.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(10);

/// The runner's screen.
#[derive(Debug)]
pub struct Screen {
    /// How words are painted.
    pub paint: Paint,
    live: Option<Live>,
    /// When a line last told of progress.
    told: Instant,
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

impl Screen {
    /// A screen on the standard streams, live if both are a terminal.
    pub fn open() -> Screen {
        let live = stdout().is_terminal() && stderr().is_terminal() && !paint::is_dumb();
        let told = Instant::now();
        Screen { paint: Paint::for_stdout(), live: live.then(Live::new), told }
    }

    /// Prints text above whatever is live. That nobody may be reading any more (`lab ... | head`)
    /// is no reason to stop: the exit code still counts.
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
    pub fn started(&mut self, job: Job, chosen: &Chosen, results: &Results) {
        if let Some(live) = &mut self.live
            // A process with many seeds is over before one has read of it.
            && !results.many_seeds()
        {
            live.started(job, chosen, results);
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
                1 => self.only_run(&test.chosen, run),
                _ => self.one_of_many(test, run, results),
            };
            if !text.is_empty() {
                self.print(&text);
            }
        }
    }

    /// One of one run, in full.
    pub fn only_run(&self, chosen: &Chosen, run: &RunResult) -> String {
        match run.word {
            Word::Pass => report::passed(run),
            Word::Stopped => report::failure_line(chosen, run, self.paint),
            _ => report::failure(chosen, run, self.paint) + &report::excerpt(&run.report) + "\n",
        }
    }

    /// Many runs would flood the screen: only the first failures of a test are shown, and where
    /// there is no live display a line now and then.
    fn one_of_many(&self, test: &TestResults, run: &RunResult, results: &Results) -> String {
        let mut text = String::new();
        match run.word {
            Word::Pass => {}
            Word::Stopped => text += &report::failure_line(&test.chosen, run, self.paint),
            _ if test.not_passed() > SHOWN_FAILURES => {}
            // At the end they are told in full.
            _ if results.many_seeds() => {
                text += &report::failure_line(&test.chosen, run, self.paint);
            }
            _ => text += &report::failure(&test.chosen, run, self.paint),
        }
        let step = results.tests.len().max(results.expected().div_ceil(PROGRESS_LINES));
        let counts = run.word != Word::Stopped && !results.many_seeds();
        if self.live.is_none() && counts && results.done().is_multiple_of(step) {
            text += &format!("{}\n", progress(results));
        }
        text
    }

    /// Draws the live lines anew; without them, tells of many seeds now and then.
    pub fn tick(&mut self, results: &Results) {
        match &self.live {
            Some(live) => live.draw(results),
            None if results.many_seeds() && self.told.elapsed() > PROGRESS_INTERVAL => {
                self.told = Instant::now();
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

/// How far the whole is, in words.
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

    fn started(&mut self, job: Job, chosen: &Chosen, results: &Results) {
        let style = ProgressStyle::with_template("  {prefix} {msg}").expect("a valid template");
        let bar = self.bars.insert_before(&self.total, ProgressBar::new_spinner());
        bar.set_style(style);
        let run = if results.runs > 1 { format!("  run {}", job.first) } else { String::new() };
        bar.set_prefix(format!("{}{run}", chosen.part.full_title(chosen.test)));
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
