//! Threads that may borrow from their spawner, which waits for their end. Mirrors
//! `std::thread::scope`.

use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use super::{JoinHandle, Result, start};
use crate::runtime::{Runtime, current_sim};
use crate::sim::engine::Key;
use crate::thread_info::ThreadInfo;
use crate::wait::{WaitKind, waiting};
use crate::world;

/// A scope to spawn threads in; see [`scope`].
pub struct Scope<'scope, 'env: 'scope> {
    threads: Arc<Threads>,
    // Invariant in both lifetimes, so that neither can be shortened to smuggle a borrow out.
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

/// The threads of a scope that still run.
#[derive(Default)]
struct Threads {
    running: Mutex<Running>,
    /// A condvar because the scope waits for the last thread alone.
    none_left: Condvar,
}

#[derive(Default)]
struct Running {
    count: usize,
    /// Threads that panicked and were not joined.
    panicked: usize,
}

/// Gives `body` a scope to spawn threads in, and waits for all of them.
///
/// # Panics
/// If `body` panics, or a thread that was not joined has.
#[track_caller]
pub fn scope<'env, F, T>(body: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let scope =
        Scope { threads: Arc::new(Threads::default()), scope: PhantomData, env: PhantomData };
    let result = catch_unwind(AssertUnwindSafe(|| body(&scope)));
    let panicked = scope.threads.wait(Location::caller());
    match result {
        Err(payload) => resume_unwind(payload),
        Ok(_) if panicked => panic!("a scoped thread panicked"),
        Ok(value) => value,
    }
}

impl Threads {
    /// Waits for the last thread; did any panic unjoined?
    fn wait(&self, site: &'static Location<'static>) -> bool {
        match Runtime::current() {
            Runtime::Os => {
                let mut running = self.running.lock();
                if running.count > 0 {
                    waiting(WaitKind::Scope, None, site, || {
                        self.none_left.wait_while(&mut running, |running| running.count > 0);
                    });
                }
            }
            Runtime::Sim(sim) => {
                // Not unwound from here, even if the world ends: what the threads have borrowed
                // must stay until the last of them has been.
                let none_left = [Key::of(self)];
                while self.running.lock().count > 0 {
                    waiting(WaitKind::Scope, None, site, || sim.wait_masked(&none_left, None));
                }
                sim.unwind_if_ending();
            }
        }
        self.running.lock().panicked > 0
    }

    fn end_one(&self, panicked: bool) {
        let mut running = self.running.lock();
        running.count -= 1;
        running.panicked += usize::from(panicked);
        drop(running);
        match current_sim() {
            Some(sim) => drop(sim.wake_all(Key::of(self))),
            None => drop(self.none_left.notify_all()),
        }
    }
}

/// A thread of the scope, until it is done with all that it borrowed. Its world may end before it
/// begins, so the order of the fields counts, in which they are dropped.
struct Work<F, T> {
    body: Option<F>,
    result: Arc<Mutex<Option<Result<T>>>>,
    /// Last, whatever panics: nothing of 'scope is touched after it.
    end: End,
}

impl<F: FnOnce() -> T, T> Work<F, T> {
    fn run(mut self) {
        let Some(body) = self.body.take() else { return };
        let value = catch_unwind(AssertUnwindSafe(body));
        if let Err(payload) = &value {
            world::report_panic(payload.as_ref());
            self.end.panicked = true;
        }
        *self.result.lock() = Some(value);
    }
}

/// Reports to the scope that one of its threads is done.
struct End {
    threads: Arc<Threads>,
    panicked: bool,
}

impl Drop for End {
    fn drop(&mut self) {
        self.threads.end_one(self.panicked);
    }
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread that may borrow whatever outlives the scope.
    ///
    /// # Panics
    /// If the OS refuses another thread.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, body: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let site = Location::caller();
        let info = ThreadInfo::current().child(None, None, site);
        let result = Arc::new(Mutex::new(None));
        self.threads.running.lock().count += 1;
        let end = End { threads: self.threads.clone(), panicked: false };
        let work = Work { body: Some(body), result: result.clone(), end };
        let body: Box<dyn FnOnce() + Send + 'scope> = Box::new(move || work.run());
        // SAFETY: `scope` returns only after every thread has called `end_one`, after which the
        // closure holds nothing of 'scope: whether it has run or not, `end` is dropped last.
        let body: Box<dyn FnOnce() + Send + 'static> = unsafe { std::mem::transmute(body) };
        let thread = match start(info, body, site) {
            Ok(thread) => thread,
            Err(error) => panic!("{error}. Do threads leak?"),
        };
        ScopedJoinHandle { thread, result, threads: self.threads.clone(), scope: PhantomData }
    }
}

/// The right to wait for a scoped thread's end; the scope waits for it in any case.
pub struct ScopedJoinHandle<'scope, T> {
    thread: JoinHandle<()>,
    result: Arc<Mutex<Option<Result<T>>>>,
    threads: Arc<Threads>,
    scope: PhantomData<&'scope mut &'scope ()>,
}

impl<T> ScopedJoinHandle<'_, T> {
    /// Waits for the thread's end.
    ///
    /// # Errors
    /// What the thread panicked with; the scope then does not panic for it.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        self.thread.join()?;
        let result = self.result.lock().take().expect("an ended thread has left its result");
        if result.is_err() {
            self.threads.running.lock().panicked -= 1;
        }
        result
    }

    /// Has the thread ended?
    #[must_use]
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope({} running)", self.threads.running.lock().count)
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ScopedJoinHandle").field(self.thread.thread()).finish()
    }
}
