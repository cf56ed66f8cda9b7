//! The engine of a simulated world: its threads, its clock, its timers, and which thread runs next.
//!
//! One thread runs at a time, so nothing else happens between two scheduling points: "enter the
//! queue, then block" needs no further care. Every blocking operation is built on three methods:
//!
//! - [`scheduling_point`](Engine::scheduling_point): the running thread does something that others
//!   can see. Another thread may run now.
//! - [`wait`](Engine::wait): the running thread stops until one of some *keys* is woken, or until a
//!   deadline. A key is the address of what is waited for.
//! - [`wake_one`](Engine::wake_one), [`wake_all`](Engine::wake_all): threads that wait for a key
//!   can run again. Another thread may be faster, so a woken thread checks again and may wait
//!   again.
//!
//! A [`Token`] names one wait of one thread. A thread that waits for several things leaves its
//! token with each; the first to wake it makes the others stale.
//!
//! The lock on the state is never contended by simulated threads, and never held across a switch.
//! It is there so that a report can be made from outside.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};

use super::carrier::switch;
use super::guard::Monitor;
use super::lateness::Occasion;
use super::options::{Reorder, Schedule};
use super::schedule::Operation;
use super::trace::{ObjectNumber, Op};
use crate::limits::STACK;
use crate::wait::Site;
use crate::world::{Failure, Options, World};

mod late;
mod points;
mod state;
mod tasks;
mod teardown;

use state::{State, Verdict};
use tasks::max_threads;
pub(crate) use teardown::Kill;

/// A thread's place in its world. Used again when the thread has ended.
pub(crate) type TaskId = u32;

/// More scheduling points than this while virtual time stands still are a livelock.
const LIVELOCK: u64 = 1_000_000;

/// How much virtual time it takes to read the clock or to yield, in nanoseconds: at least, and up
/// to how much more.
const CLOCK_COST: (u64, usize) = (1_000, 19_000);

/// What a thread waits for: the address of the object, which lives as long as anyone waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key(usize);

impl Key {
    pub(crate) fn of<T: ?Sized>(object: &T) -> Key {
        Key(std::ptr::from_ref(object).cast::<u8>() as usize)
    }

    /// A second key for an object of more than one byte.
    pub(crate) fn second(self) -> Key {
        Key(self.0 + 1)
    }
}

/// One wait of one thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    task: TaskId,
    epoch: u64,
}

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Woken {
    /// This key was woken.
    By(Key),
    /// The thread itself was, by its token.
    Directly,
    /// The deadline has come.
    TimedOut,
    /// The world ends.
    Ending,
}

/// Where control goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Task(TaskId),
    /// To the driver: the world has ended.
    Driver,
}

pub(crate) type Body = Box<dyn FnOnce() + Send>;

pub(crate) struct Engine {
    /// Tags this world's objects.
    pub(crate) id: u32,
    /// Nanoseconds since the world began. Beside the state, because a log line must not take locks.
    now: AtomicU64,
    /// Objects numbered so far.
    objects: AtomicU32,
    /// Threads numbered so far.
    threads: AtomicU64,
    /// How the network of this world delivers messages.
    pub(crate) reorder: Reorder,
    /// With so many threads in the process, no more are started.
    max_threads: usize,
    /// The world has ended, well or badly: every thread is to unwind.
    ending: AtomicBool,
    /// Threads may be late at any point.
    late_at_points: bool,
    /// Threads may be late when they take again a lock that they have just given back.
    late_at_relock: bool,
    /// What the watchdog sees of this world.
    pub(super) monitor: Arc<Monitor>,
    state: Mutex<State>,
}

impl Engine {
    pub(crate) fn new(options: &Options, schedule: Schedule, world: Weak<World>) -> Engine {
        static NEXT: AtomicU32 = AtomicU32::new(crate::runtime::FIRST_WORLD);
        let (seed, max_threads) = (options.seed, max_threads(schedule.backend));
        let describe = move |failure: &mut Failure| {
            if let Some(world) = world.upgrade() {
                world.describe(failure);
            }
        };
        let reorder = schedule.reorder;
        let state = State::new(seed, nanos(options.time_limit), schedule);
        Engine {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            now: AtomicU64::new(0),
            objects: AtomicU32::new(0),
            threads: AtomicU64::new(0),
            reorder,
            max_threads,
            ending: AtomicBool::new(false),
            late_at_points: state.late_threads.has(Occasion::Point),
            late_at_relock: state.late_threads.has(Occasion::Relock),
            monitor: Arc::new(Monitor::new(options.name.clone(), seed, STACK, describe)),
            state: Mutex::new(state),
        }
    }

    /// Virtual time since the world began. Costs nothing, and is no scheduling point.
    pub(crate) fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.now())
    }

    /// The same in nanoseconds.
    #[inline]
    pub(crate) fn now(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }

    /// A number for an object that the world has not met before.
    pub(crate) fn number_object(&self) -> ObjectNumber {
        self.objects.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A number for a thread that the world has not met before.
    pub(crate) fn number_thread(&self) -> u64 {
        self.threads.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The point in time so long from now.
    pub(crate) fn deadline(&self, limit: Duration) -> u64 {
        self.now().saturating_add(nanos(limit))
    }

    /// Lets others that can run go first, now.
    pub(crate) fn yield_now(&self, site: Site) {
        if self.pass_yield(site) || self.passes_late() {
            self.stop_here();
        }
    }

    /// A yield; true if the world is ending.
    fn pass_yield(&self, site: Site) -> bool {
        let operation = Operation::on(Op::Yield, 0);
        let Some(mut state) = self.begin_scheduling_point(operation, site) else { return true };
        let me = state.running;
        state.step_back(me);
        !self.charge(&mut state) || self.give_way(me, state)
    }

    /// Sleeps for so long, even if it is woken earlier.
    pub(crate) fn sleep(&self, duration: Duration, site: Site) {
        self.scheduling_point(Op::Sleep, 0, site);
        let deadline = self.deadline(duration);
        while self.wait(&[], Some(deadline)) != Woken::TimedOut {}
    }

    /// The running thread may be switched away from, though it could go on. True if the world is
    /// ending.
    fn give_way(&self, me: TaskId, mut state: MutexGuard<'_, State>) -> bool {
        state.runnable.push(me);
        let next = state.choose();
        if next == me {
            return false;
        }
        state.note_unwinding(me);
        drop(state);
        switch(Next::Task(next));
        self.is_ending()
    }

    /// Looks at the clock, which takes some time. A scheduling point.
    pub(crate) fn read_clock(&self, site: Site) -> Duration {
        if !self.is_ending() && !self.charge(&mut self.state.lock()) {
            self.stop_here();
        }
        self.scheduling_point(Op::Clock, 0, site);
        self.elapsed()
    }

    /// A little time passes. False if it was the last.
    fn charge(&self, state: &mut MutexGuard<'_, State>) -> bool {
        let (least, spread) = CLOCK_COST;
        let later = state.now + least + state.clock_jitter.below(spread) as u64;
        let in_time = state.advance(later);
        self.now.store(state.now, Ordering::Relaxed);
        if !in_time {
            MutexGuard::unlocked(state, || self.judge(Verdict::TimeLimit));
        }
        in_time
    }

    /// Blocks the running thread until one of the keys is woken, or it itself, or until the
    /// deadline. Unwinds if the world ends meanwhile.
    #[inline]
    pub(crate) fn wait(&self, keys: &[Key], deadline: Option<u64>) -> Woken {
        match self.wait_masked(keys, deadline) {
            Woken::Ending => self.unwind_unless_unwinding(deadline.is_some()),
            woken => woken,
        }
    }

    /// As [`wait`](Engine::wait), but tells the caller if the world ends: one that must not unwind
    /// here, because it has something to put in order first. A caller that waits on finds control
    /// with other threads meanwhile, which unwind.
    pub(crate) fn wait_masked(&self, keys: &[Key], deadline: Option<u64>) -> Woken {
        if self.is_ending() {
            self.pause();
            return Woken::Ending;
        }
        let mut state = self.state.lock();
        let me = state.running;
        state.block(me, keys, deadline);
        state = self.run_next(me, state);
        if self.is_ending() {
            return Woken::Ending;
        }
        let woken = state.tasks[me as usize].woken;
        state.forget(me, keys, woken);
        woken
    }

    /// The running thread cannot go on: others run until it can, or the world ends.
    #[inline]
    fn run_next<'a>(
        &'a self,
        me: TaskId,
        mut state: MutexGuard<'a, State>,
    ) -> MutexGuard<'a, State> {
        let next = state.next();
        self.now.store(state.now, Ordering::Relaxed);
        match next {
            Ok(next) if next == me => return state,
            Ok(next) => {
                drop(state);
                switch(Next::Task(next));
            }
            Err(verdict) => {
                drop(state);
                self.judge(verdict);
                switch(Next::Driver);
            }
        }
        self.state.lock()
    }

    /// Names the next wait of the running thread, for those that may end it.
    pub(crate) fn token(&self) -> Token {
        let state = self.state.lock();
        Token { task: state.running, epoch: state.tasks[state.running as usize].epoch }
    }

    /// Ends this wait, if it still lasts.
    pub(crate) fn wake(&self, token: Token) -> bool {
        self.state.lock().wake(token, Woken::Directly)
    }

    /// Ends the wait of any thread that waits for the key.
    #[inline]
    pub(crate) fn wake_one(&self, key: Key) -> Option<Token> {
        self.state.lock().wake_one(key)
    }

    /// Ends the waits of all threads that wait for the key, and says how many there were.
    #[inline]
    pub(crate) fn wake_all(&self, key: Key) -> usize {
        self.state.lock().wake_all(key)
    }

    /// Does anyone wait for the key?
    pub(crate) fn is_awaited(&self, key: Key) -> bool {
        self.state.lock().is_awaited(key)
    }

    /// Any of so many, as the seed says.
    pub(crate) fn any_of(&self, count: usize) -> usize {
        self.state.lock().scheduler.any_of(count)
    }
}

fn nanos(duration: Duration) -> u64 {
    duration.as_nanos().try_into().unwrap_or(u64::MAX)
}
