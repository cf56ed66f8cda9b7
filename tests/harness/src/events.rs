//! The stream of events of a test: who watches it, and where it is written.
//!
//! A cluster calls [`Events::begin`] and records in the stream what happens to its servers; the
//! network and the disks record the rest. The paper's rules see every event at once, and so does
//! what notes which situations a run reaches. Under simulation the whole stream is written beside
//! the log, if there is one; on the OS its last events are kept, and written when the test fails.
//! With `EVENTS=1` all are written there, too.

#![expect(
    clippy::disallowed_types,
    reason = "a static labrt lock would belong to the first of many worlds; none waits with this"
)]

use crate::graded::proved_wrong;
use crate::{log, note};
use course::{Course, Reached, TestRequest, VERSION};
use labrt::{thread, world};
use rules::{Options, Rules, Situations, Violation};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use trace::file::{Header, Writer};
use trace::{Event, Reaction, Source, Stream, Watcher, What};

/// The name of the file, beside the log.
const FILE: &str = "events.jsonl";

/// A file ends after so many bytes, as a log does.
const FILE_BYTES: usize = 64 << 20;

/// How many of the last events are kept on the OS.
const KEPT: usize = 5_000;

/// The parts whose solutions need not save anything yet.
const BEFORE_PERSISTENCE: [&str; 4] = ["2A", "2B", "beyond-2A", "beyond-2B"];

/// What was asked of this process.
static SETTINGS: OnceLock<Settings> = OnceLock::new();

/// The stream of the present run. A process runs one scenario at a time.
static PRESENT: Mutex<Option<Present>> = Mutex::new(None);

/// What the present run reached.
static REACHED: Mutex<Found> = Mutex::new(Found::Nothing);

/// What was found out about the situations that a run reached.
#[derive(Debug, Clone, Copy)]
enum Found {
    /// No cluster has been watched to its end.
    Nothing,
    /// Messages do not tell what they carry: nothing can be said.
    Untold,
    Reached(Reached),
}

/// A stream, and what the first line of its file says.
#[derive(Clone)]
struct Present {
    stream: Stream,
    header: Header,
}

struct Settings {
    test: String,
    /// Whether the test's part asks for persistence.
    persistence: bool,
    /// Whether a solution whose messages tell no facts fails.
    rules_required: bool,
    /// Whether all events are written on the OS, too.
    all: bool,
}

/// The stream of a cluster, and the rules that watch it.
pub struct Events {
    stream: Stream,
    watched: Arc<Mutex<Watched>>,
}

struct Watched {
    rules: Rules,
    situations: Situations,
    /// After the first violation, and once the cluster is being ended, nothing is judged.
    ended: bool,
}

/// Shows the events to the rules.
struct RulesWatcher {
    watched: Arc<Mutex<Watched>>,
    broken: Arc<dyn Fn(Violation) + Send + Sync>,
}

/// This process runs this test.
pub(crate) fn install(test: &str, request: &TestRequest) {
    let settings = Settings {
        test: test.to_owned(),
        persistence: asks_for_persistence(test),
        rules_required: request.rules_required,
        all: request.events,
    };
    // A process runs one test; the harness's own tests run several, which ask for nothing.
    let _ = SETTINGS.set(settings);
}

/// What lies beyond 2A and 2B asks for no more than they do.
fn asks_for_persistence(test: &str) -> bool {
    let course = Course::load();
    let part = course.test(test).map(|(part, _)| part.in_course());
    part.is_none_or(|part| !BEFORE_PERSISTENCE.contains(&part))
}

/// The last events of a run on the OS that fails go into the file.
pub(crate) fn write_kept() {
    if SETTINGS.get().is_some_and(|settings| settings.all) {
        return;
    }
    let Some(Present { stream, header }) = present_now() else { return };
    let Some(events) = stream.recent().filter(|events| !events.is_empty()) else { return };
    if let Some(mut writer) = file(header) {
        events.iter().for_each(|event| writer.write(event));
        writer.flush();
    }
}

/// What was written so far is in the file.
pub(crate) fn flush() {
    if let Some(present) = present_now() {
        present.stream.flush();
    }
}

/// What the run reached that ends now; `None` if nothing can be said of that. The next run begins
/// with nothing.
pub(crate) fn take_reached() -> Option<Reached> {
    match std::mem::replace(&mut *lock(&REACHED), Found::Nothing) {
        Found::Reached(reached) => Some(reached),
        Found::Nothing | Found::Untold => None,
    }
}

/// Records what only a reader wants to know, if events are kept.
pub(crate) fn record_for_readers(what: impl FnOnce() -> What) {
    if let Some(present) = present_now().filter(|present| present.stream.is_kept()) {
        present.stream.record(what());
    }
}

impl Events {
    /// Begins the stream of a cluster of so many servers. `broken` is called when a rule of the
    /// paper is broken, from whichever thread showed it, which may be a student's: it fails the
    /// test and returns.
    pub fn begin(servers: usize, broken: impl Fn(Violation) + Send + Sync + 'static) -> Events {
        let settings = SETTINGS.get();
        let persistence = settings.is_none_or(|settings| settings.persistence);
        let rules = Rules::new(Options { servers, persistence });
        let situations = Situations::new(servers);
        let watched = Arc::new(Mutex::new(Watched { rules, situations, ended: false }));
        let stream = Stream::new(Source { now: world::elapsed, thread: thread_name });
        stream.watch(RulesWatcher { watched: watched.clone(), broken: Arc::new(broken) });
        let header = Header {
            test: settings.map(|settings| settings.test.clone()).unwrap_or_default(),
            seed: world::seed(),
            servers,
            persistence,
            simulated: world::simulated(),
            kit: VERSION.to_owned(),
        };
        let all = world::simulated() || settings.is_some_and(|settings| settings.all);
        match (log::beside(FILE), all) {
            (None, _) => {}
            (Some(_), false) => stream.keep(KEPT),
            (Some(_), true) => {
                file(header.clone()).into_iter().for_each(|writer| stream.write_to(writer));
            }
        }
        *lock(&PRESENT) = Some(Present { stream: stream.clone(), header });
        Events { stream, watched }
    }

    /// The stream.
    pub fn stream(&self) -> Stream {
        self.stream.clone()
    }

    /// Records that this has happened now. No lock may be held that `broken` takes.
    pub fn record(&self, what: What) {
        self.stream.record(what);
    }

    /// Whether events are kept or written: worth putting into words what only a reader wants to
    /// know.
    pub fn is_kept(&self) -> bool {
        self.stream.is_kept()
    }

    /// Records what only a reader wants to know, if events are kept.
    pub fn record_for_readers(&self, what: impl FnOnce() -> What) {
        if self.is_kept() {
            self.stream.record(what());
        }
    }

    /// The latest term that a server's messages promised, in all its incarnations: it must survive
    /// a crash. 0 if none did, or in a part that asks for no persistence.
    pub fn promised_term(&self, server: usize) -> u64 {
        lock(&self.watched).rules.promised_term(server)
    }

    /// Ends the rules, before the servers are ended: what those do from now on is not judged.
    /// Returns what is wrong if rules were not watched and must be.
    pub fn end(&self) -> Result<(), String> {
        let untold = {
            let mut watched = lock(&self.watched);
            let untold = watched.rules.untold();
            lock(&REACHED).add(untold.is_empty().then(|| watched.situations.reached()));
            if std::mem::replace(&mut watched.ended, true) {
                return Ok(());
            }
            untold
        };
        if untold.is_empty() {
            return Ok(());
        }
        let problem = format!("rules not watched: {}", untold.join(", "));
        if SETTINGS.get().is_some_and(|settings| settings.rules_required) {
            return Err(format!("{problem} (RULES=required)"));
        }
        note(problem);
        Ok(())
    }
}

impl Found {
    /// Adds what a cluster reached; `None` if its messages do not tell.
    fn add(&mut self, reached: Option<Reached>) {
        *self = match (*self, reached) {
            (Found::Untold, _) | (_, None) => Found::Untold,
            (Found::Nothing, Some(reached)) => Found::Reached(reached),
            (Found::Reached(before), Some(reached)) => Found::Reached(before.and(reached)),
        };
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        lock(&self.watched).ended = true;
        self.stream.flush();
    }
}

impl Watcher for RulesWatcher {
    fn see(&mut self, event: &Event) -> Option<Reaction> {
        let violation = {
            let mut watched = lock(&self.watched);
            if watched.ended {
                return None;
            }
            watched.situations.see(event);
            let violation = watched.rules.see(event);
            watched.ended = violation.is_some();
            violation?
        };
        proved_wrong();
        let broken = self.broken.clone();
        Some(Box::new(move || broken(violation)))
    }
}

/// A new file beside the log. One that cannot be written is done without.
fn file(header: Header) -> Option<Writer<Box<dyn Write + Send>>> {
    let out = BufWriter::new(File::create(log::beside(FILE)?).ok()?);
    let out: Box<dyn Write + Send> = Box::new(out);
    Writer::begin(out, header, FILE_BYTES).ok()
}

fn thread_name() -> String {
    let thread = thread::current();
    match thread.server() {
        Some(server) => format!("{server}/{}", thread.name()),
        None => thread.name().to_owned(),
    }
}

/// `None` as well if someone else looks at it this moment: a report must not wait.
fn present_now() -> Option<Present> {
    PRESENT.try_lock().ok()?.clone()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
