//! Threads that have a name, a server and a world. Mirrors `std::thread`.
//!
//! A thread belongs to the world of its spawner, and to its server unless [`Builder::server`] names
//! another. A panic in a thread of a world ends the test; outside a world `join` returns it, as in
//! std.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::limits;
use crate::pool;
use crate::runtime::{Runtime, WorldBinding, current_sim};
use crate::sim::engine::{Key, Kill, Woken};
use crate::sim::trace::Op;
use crate::thread_info::ThreadInfo;
use crate::wait::{Site, WaitKind, waiting};
use crate::world;

mod scope;
pub use scope::{Scope, ScopedJoinHandle, scope};

/// How many bytes the stacks of all real threads may take, if there are as many as may be: 12,000,
/// of 256 KiB each (or `RUST_MIN_STACK`, if that is larger). For a limit on memory that counts
/// stacks in full, as `RLIMIT_DATA` does.
#[must_use]
pub fn max_stack_bytes() -> u64 {
    limits::stacks_of_os_threads()
}

/// The result of a thread: its value, or the payload of its panic.
pub type Result<T> = std::result::Result<T, Box<dyn Any + Send + 'static>>;

/// Starts a thread. Its name is made of its spawner's and the line that calls this.
///
/// # Panics
/// If the OS refuses another thread, or there are too many simulated ones.
#[track_caller]
pub fn spawn<T, F>(body: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    match Builder::new().spawn(body) {
        Ok(handle) => handle,
        Err(error) => panic!("{error}. Do threads leak?"),
    }
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
    /// If the OS refuses another thread, or there are too many simulated ones.
    #[track_caller]
    pub fn spawn<T, F>(self, body: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (parent, site) = (ThreadInfo::current(), Location::caller());
        start(parent.child(self.name, self.server, site), body, site)
    }
}

/// Starts `body` as the thread that `info` describes.
pub(crate) fn start<T, F>(info: ThreadInfo, body: F, site: Site) -> io::Result<JoinHandle<T>>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let thread = Thread(Arc::new(info));
    let outcome = Arc::new(Outcome { result: Mutex::new(None), ended: Condvar::new() });
    let handle = JoinHandle {
        binding: WorldBinding::here(),
        thread: thread.clone(),
        outcome: outcome.clone(),
    };
    match Runtime::current() {
        Runtime::Os => pool::execute(Box::new(move || {
            thread.0.begin();
            outcome.run(body);
            outcome.ended.notify_all();
            // A result that is not joined is dropped here, while the thread still has its name.
            drop(outcome);
            ThreadInfo::end();
        }))?,
        Runtime::Sim(sim) => {
            sim.scheduling_point(Op::Spawn, handle.binding.number(), site);
            let life = Life { body: Some(body), outcome };
            sim.spawn(thread.0, Box::new(move || life.live())).map_err(io::Error::other)?;
        }
    }
    Ok(handle)
}

/// A simulated thread, which ends when this is dropped: perhaps without having begun, for its
/// world may end before.
struct Life<T, F: FnOnce() -> T> {
    body: Option<F>,
    outcome: Arc<Outcome<T>>,
}

impl<T, F: FnOnce() -> T> Life<T, F> {
    fn live(mut self) {
        if let Some(body) = self.body.take() {
            self.outcome.run(body);
        }
    }
}

impl<T, F: FnOnce() -> T> Drop for Life<T, F> {
    fn drop(&mut self) {
        // What the body holds goes first, as it does when a thread has run.
        drop(self.body.take());
        self.outcome.result.lock().get_or_insert_with(|| Err(Box::new(Kill)));
        if let Some(sim) = current_sim() {
            sim.wake_all(Key::of(&*self.outcome));
        }
    }
}

struct Outcome<T> {
    result: Mutex<Option<Result<T>>>,
    /// A condvar because the joiner waits for the result alone.
    ended: Condvar,
}

impl<T> Outcome<T> {
    /// Runs a thread's body to its end, whatever that is.
    fn run(&self, body: impl FnOnce() -> T) {
        let result = catch_unwind(AssertUnwindSafe(body));
        if let Err(payload) = &result {
            world::report_panic(payload.as_ref());
        }
        *self.result.lock() = Some(result);
    }
}

/// The right to wait for a thread's end. Dropping it lets the thread go on by itself.
pub struct JoinHandle<T> {
    binding: WorldBinding,
    thread: Thread,
    outcome: Arc<Outcome<T>>,
}

impl<T> JoinHandle<T> {
    /// Waits for the thread's end.
    ///
    /// (A destructor that runs because its simulated world has ended may join a thread that was
    /// ended with the world, and so has no value. Then this never returns.)
    ///
    /// # Errors
    /// What the thread panicked with.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        let site = Location::caller();
        let what = || WaitKind::End { of: self.thread.0.clone() };
        match self.binding.enter() {
            Runtime::Os => {
                let mut result = self.outcome.result.lock();
                if result.is_none() {
                    waiting(what(), None, site, || {
                        self.outcome.ended.wait_while(&mut result, |result| result.is_none());
                    });
                }
            }
            Runtime::Sim(sim) => {
                sim.scheduling_point(Op::Join, self.binding.number(), site);
                while self.outcome.result.lock().is_none() {
                    let ended = Key::of(&*self.outcome);
                    waiting(what(), None, site, || sim.wait(&[ended], None));
                }
            }
        }
        let result = self.outcome.result.lock().take();
        match (result.expect("an ended thread has left its result"), current_sim()) {
            // A destructor would unwrap this, and a panic in it would end the process.
            (Err(payload), Some(sim)) if payload.is::<Kill>() => sim.give_up(),
            (result, _) => result,
        }
    }

    /// Has the thread ended?
    #[must_use]
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        if let Some(sim) = self.binding.sim() {
            sim.scheduling_point(Op::Join, self.binding.number(), Location::caller());
        }
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

/// Identifies a thread for the life of the process; under simulation, of its world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadId(u64);

/// A handle on a thread.
#[derive(Clone)]
pub struct Thread(Arc<ThreadInfo>);

impl Thread {
    /// The thread's name; every thread has one.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The server the thread works for at present, if any.
    #[must_use]
    pub fn server(&self) -> Option<Arc<str>> {
        self.0.serves()
    }

    /// Identifies the thread within its world.
    #[must_use]
    pub fn id(&self) -> ThreadId {
        ThreadId(self.0.id)
    }

    /// Lets the thread's [`park`] return: the present one, or else the next.
    ///
    /// # Panics
    /// If the thread belongs to a simulated world and the calling one does not, or the other way
    /// round.
    #[track_caller]
    pub fn unpark(&self) {
        let (here, there) = (Runtime::current(), self.0.world.as_ref().and_then(|it| it.engine()));
        match (here, there) {
            (Runtime::Os, None) => {
                *self.0.permit.lock() = true;
                self.0.permitted.notify_one();
            }
            (Runtime::Sim(sim), Some(engine)) if sim.id == engine.id => {
                sim.scheduling_point(Op::Unpark, 0, Location::caller());
                *self.0.permit.lock() = true;
                sim.wake_all(Key::of(&*self.0));
            }
            _ => panic!("{} runs in another world and cannot be unparked from this one", self.0),
        }
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Thread({})", self.0)
    }
}

/// Runs `body` as work for a server: what it logs is that server's, and so are the threads that it
/// spawns, unless they name another.
pub fn for_server<T>(label: impl Into<Arc<str>>, body: impl FnOnce() -> T) -> T {
    struct Before(Arc<ThreadInfo>, Option<Arc<str>>);

    impl Drop for Before {
        fn drop(&mut self) {
            *self.0.on_behalf_of.lock() = self.1.take();
        }
    }

    let info = ThreadInfo::current();
    let before = info.on_behalf_of.lock().replace(label.into());
    let _before = Before(info, before);
    body()
}

/// The calling thread.
#[must_use]
pub fn current() -> Thread {
    Thread(ThreadInfo::current())
}

/// Waits until [`unpark`](Thread::unpark) is called on this thread, unless that was done already.
#[track_caller]
pub fn park() {
    wait_for_permit(None, Location::caller());
}

/// As [`park`], for `limit` at most.
#[track_caller]
pub fn park_timeout(limit: Duration) {
    wait_for_permit(Some(limit), Location::caller());
}

fn wait_for_permit(limit: Option<Duration>, site: Site) {
    let info = ThreadInfo::current();
    match Runtime::current() {
        Runtime::Os => {
            let mut permit = info.permit.lock();
            if !*permit {
                waiting(WaitKind::Permit, limit, site, || match limit {
                    Some(limit) => {
                        info.permitted.wait_while_for(&mut permit, |permit| !*permit, limit);
                    }
                    None => info.permitted.wait_while(&mut permit, |permit| !*permit),
                });
            }
            *permit = false;
        }
        Runtime::Sim(sim) => {
            sim.scheduling_point(Op::Park, 0, site);
            let deadline = limit.map(|limit| sim.deadline(limit));
            let mut woken = Woken::Directly;
            while !*info.permit.lock() && woken != Woken::TimedOut {
                let permitted = Key::of(&*info);
                woken = waiting(WaitKind::Permit, limit, site, || sim.wait(&[permitted], deadline));
            }
            *info.permit.lock() = false;
        }
    }
}

/// Does nothing for `duration`.
#[track_caller]
pub fn sleep(duration: Duration) {
    let site = Location::caller();
    waiting(WaitKind::Sleep, Some(duration), site, || match Runtime::current() {
        Runtime::Os => std::thread::sleep(duration),
        Runtime::Sim(sim) => sim.sleep(duration, site),
    });
}

/// Lets other threads run first. Under simulation this takes some microseconds.
#[track_caller]
pub fn yield_now() {
    match Runtime::current() {
        Runtime::Os => std::thread::yield_now(),
        Runtime::Sim(sim) => sim.yield_now(Location::caller()),
    }
}

/// Is the calling thread unwinding from a panic?
#[must_use]
pub fn panicking() -> bool {
    match current_sim() {
        Some(sim) => sim.is_unwinding(),
        None => std::thread::panicking(),
    }
}
