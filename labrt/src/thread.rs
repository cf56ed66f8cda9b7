//! Threads that have a name, a server and a world. Mirrors `std::thread`.
//!
//! A thread belongs to the world of its spawner, and to its server unless told otherwise. A panic
//! in a thread of a world ends the test; outside a world it is the joiner's, as in std.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::pool;
use crate::record::Record;
use crate::runtime::Runtime;
use crate::wait::{What, waiting};
use crate::world;

mod scope;
pub use scope::{Scope, ScopedJoinHandle, scope};

/// What a thread came to: its value, or what it panicked with.
pub type Result<T> = std::result::Result<T, Box<dyn Any + Send + 'static>>;

/// Starts a thread. Its name is made of its spawner's and the line that calls this.
///
/// # Panics
/// If the OS refuses another thread.
#[track_caller]
pub fn spawn<T, F>(body: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Builder::new().spawn(body).expect("the OS refuses another thread: are threads leaking?")
}

/// Starts a thread with a name of its own.
#[derive(Debug, Default)]
pub struct Builder {
    name: Option<Cow<'static, str>>,
    server: Option<Arc<str>>,
}

impl Builder {
    /// A thread like any other.
    #[must_use]
    pub fn new() -> Builder {
        Builder::default()
    }

    /// Names the thread, for logs and reports.
    #[must_use]
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Builder {
        self.name = Some(name.into());
        self
    }

    /// Says which server the thread works for, for logs and reports.
    #[must_use]
    pub fn server(mut self, label: impl Into<Arc<str>>) -> Builder {
        self.server = Some(label.into());
        self
    }

    /// Starts the thread.
    ///
    /// # Errors
    /// If the OS refuses another thread.
    #[track_caller]
    pub fn spawn<T, F>(self, body: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (parent, site) = (Record::current(), Location::caller());
        let name = self.name.unwrap_or_else(|| name_of_child(&parent, site));
        start(parent.child(name, self.server), body)
    }
}

/// `ticker/spawn@election.rs:41`; the grandchildren's names grow no longer.
fn name_of_child(parent: &Record, site: &Location<'_>) -> Cow<'static, str> {
    let parent = parent.name.split("/spawn@").next().unwrap_or_default();
    let file = site.file().rsplit(['/', '\\']).next().unwrap_or_default();
    format!("{parent}/spawn@{file}:{}", site.line()).into()
}

/// Starts `body` as the thread that `record` describes.
pub(crate) fn start<T, F>(record: Record, body: F) -> io::Result<JoinHandle<T>>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let Runtime::Os = Runtime::current();
    let thread = Thread(Arc::new(record));
    let outcome = Arc::new(Outcome { result: Mutex::new(None), ended: Condvar::new() });
    let handle = JoinHandle { thread: thread.clone(), outcome: outcome.clone() };
    pool::execute(Box::new(move || {
        thread.0.begin();
        let result = catch_unwind(AssertUnwindSafe(body));
        if let Err(payload) = &result {
            world::report_panic(payload.as_ref());
        }
        *outcome.result.lock() = Some(result);
        outcome.ended.notify_all();
        // A result that nobody waits for is dropped here, while the thread still has its name.
        drop(outcome);
        Record::end();
    }))?;
    Ok(handle)
}

struct Outcome<T> {
    result: Mutex<Option<Result<T>>>,
    /// A condvar because the joiner waits for the result alone.
    ended: Condvar,
}

/// The right to wait for a thread's end. Dropping it lets the thread go on by itself.
pub struct JoinHandle<T> {
    thread: Thread,
    outcome: Arc<Outcome<T>>,
}

impl<T> JoinHandle<T> {
    /// Waits for the thread's end.
    ///
    /// # Errors
    /// What the thread panicked with.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        let Runtime::Os = Runtime::current();
        let mut result = self.outcome.result.lock();
        if result.is_none() {
            let what = What::End { of: self.thread.0.clone() };
            waiting(what, None, Location::caller(), || {
                self.outcome.ended.wait_while(&mut result, |result| result.is_none());
            });
        }
        result.take().expect("an ended thread has left its result")
    }

    /// Has the thread ended?
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.outcome.result.lock().is_some()
    }

    /// The thread.
    #[must_use]
    pub fn thread(&self) -> &Thread {
        &self.thread
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JoinHandle").field(&self.thread).finish()
    }
}

/// Identifies a thread for the life of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadId(u64);

/// A handle on a thread.
#[derive(Clone)]
pub struct Thread(Arc<Record>);

impl Thread {
    /// The thread's name; every thread has one.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The server the thread works for, if any.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        self.0.server.as_deref()
    }

    /// Identifies the thread.
    #[must_use]
    pub fn id(&self) -> ThreadId {
        ThreadId(self.0.number)
    }

    /// Lets the thread's [`park`] return: the present one, or else the next.
    pub fn unpark(&self) {
        let Runtime::Os = Runtime::current();
        *self.0.permit.lock() = true;
        self.0.permitted.notify_one();
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Thread({})", self.0)
    }
}

/// The calling thread.
#[must_use]
pub fn current() -> Thread {
    Thread(Record::current())
}

/// Waits until somebody calls [`unpark`](Thread::unpark) on this thread, unless that was done
/// already.
#[track_caller]
pub fn park() {
    let Runtime::Os = Runtime::current();
    let record = Record::current();
    let mut permit = record.permit.lock();
    if !*permit {
        waiting(What::Permit, None, Location::caller(), || {
            record.permitted.wait_while(&mut permit, |permit| !*permit);
        });
    }
    *permit = false;
}

/// As [`park`], for `limit` at most.
#[track_caller]
pub fn park_timeout(limit: Duration) {
    let Runtime::Os = Runtime::current();
    let record = Record::current();
    let mut permit = record.permit.lock();
    if !*permit {
        waiting(What::Permit, Some(limit), Location::caller(), || {
            record.permitted.wait_while_for(&mut permit, |permit| !*permit, limit);
        });
    }
    *permit = false;
}

/// Does nothing for `duration`.
#[track_caller]
pub fn sleep(duration: Duration) {
    let Runtime::Os = Runtime::current();
    waiting(What::Sleep, Some(duration), Location::caller(), || std::thread::sleep(duration));
}

/// Lets other threads run first.
pub fn yield_now() {
    let Runtime::Os = Runtime::current();
    std::thread::yield_now();
}

/// Is the calling thread unwinding from a panic?
#[must_use]
pub fn panicking() -> bool {
    std::thread::panicking()
}
