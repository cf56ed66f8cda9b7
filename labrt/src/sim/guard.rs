//! Catches code that bypasses the simulation.
//!
//! The scheduler sees a simulated thread only at scheduling points. These watch what it does
//! between two of them:
//!
//! - [`watchdog`]: a thread that never comes to the next scheduling point;
//! - [`overflow`]: a stack that is used up, of a simulated or a real thread;
//! - [`std_linux`]: std's clocks, sleeps, locks and entropy (Linux only; elsewhere clippy finds
//!   them).
//!
//! A misuse that lets the thread go on is kept until its next scheduling point and fails the world
//! there ([`take_misuse`]); one that does not ends the process ([`fatal`]).

use std::cell::Cell;
use std::hash::RandomState;
use std::marker::PhantomData;
use std::ops::Range;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use crate::thread_info::ThreadInfo;
use crate::world::Failure;

mod culprit_frame;
mod fatal;
mod last_words;
#[cfg(unix)]
mod overflow;
#[cfg(target_os = "linux")]
mod probe_linux;
#[cfg(std_guards)]
mod std_linux;
mod watchdog;

#[cfg(all(test, target_os = "linux"))]
mod tests;

pub(super) use fatal::on_fatal;

/// What the watchdog sees of a world.
pub(crate) struct Monitor {
    /// Counted up by the engine at every scheduling point.
    pub(crate) heartbeat: AtomicU64,
    /// Nothing runs, and nothing is expected to: the watchdog looks away. Ending a world's threads
    /// is work to be watched, for their destructors run.
    pub(crate) idle: AtomicBool,
    /// The test's name.
    name: String,
    seed: u64,
    /// The size of a simulated thread's stack, in bytes.
    #[cfg_attr(not(unix), expect(dead_code, reason = "no signals, no report of an overflow"))]
    stack_size: usize,
    /// Adds to a failure what only the engine knows: virtual time, and what the threads are at.
    describe: Box<dyn Fn(&mut Failure) + Send + Sync>,
    /// The number of the thread that runs, and the OS thread that carries it.
    thread: AtomicU64,
    os_thread: AtomicUsize,
    /// How many OS threads carry this world.
    host_threads: AtomicU32,
    /// How often the world has asked for entropy.
    #[cfg_attr(not(std_guards), expect(dead_code, reason = "std's entropy is not intercepted"))]
    draws: AtomicU64,
    /// The heartbeat as the watchdog last saw it, and how many looks ago it changed.
    seen: AtomicU64,
    looks: AtomicU32,
}

impl Monitor {
    /// `describe` is called on any OS thread, while a thread of the world may be stuck in the
    /// middle of anything: it must neither block nor touch what the scheduler alone may touch.
    pub(crate) fn new(
        name: String,
        seed: u64,
        stack_size: usize,
        describe: impl Fn(&mut Failure) + Send + Sync + 'static,
    ) -> Monitor {
        Monitor {
            heartbeat: AtomicU64::new(0),
            idle: AtomicBool::new(false),
            name,
            seed,
            stack_size,
            describe: Box::new(describe),
            thread: AtomicU64::new(0),
            os_thread: AtomicUsize::new(0),
            host_threads: AtomicU32::new(0),
            draws: AtomicU64::new(0),
            seen: AtomicU64::new(0),
            looks: AtomicU32::new(0),
        }
    }
}

/// What an OS thread carries. Read by signal handlers and by what std calls in any state, so it
/// has no destructor and nothing that could be borrowed.
struct HostThread {
    /// Is this student code, to be held to the simulation's rules?
    guarded: Cell<bool>,
    world: Cell<*const Monitor>,
    /// The simulated thread that runs: from an `Arc`, or null.
    info: Cell<*const ThreadInfo>,
    /// The guard page below its stack, and the one below the OS thread's own.
    guard_page: Cell<(usize, usize)>,
    own_guard_page: Cell<(usize, usize)>,
    os_thread: Cell<usize>,
    /// A `Box`, or null.
    misuse: Cell<*mut Failure>,
}

thread_local! {
    static HOST_THREAD: HostThread = const {
        HostThread {
            guarded: Cell::new(false),
            world: Cell::new(ptr::null()),
            info: Cell::new(ptr::null()),
            guard_page: Cell::new((0, 0)),
            own_guard_page: Cell::new((0, 0)),
            os_thread: Cell::new(0),
            misuse: Cell::new(ptr::null_mut()),
        }
    };
}

/// While this lives, the OS thread that made it carries simulated threads of a world.
pub(crate) struct Entered {
    world: Arc<Monitor>,
    #[cfg(unix)]
    _alternate_stack: overflow::AlternateStack,
    /// Not Send: it speaks of one OS thread.
    thread: PhantomData<*const ()>,
}

/// The calling OS thread begins to carry simulated threads of `world`. It should be a fresh one,
/// that the order of its hash maps comes from the world's seed: std draws their keys once a thread.
///
/// # Panics
/// If it carries a world already, or the OS refuses the watchdog's threads or a stack for signals.
pub(crate) fn enter(world: Arc<Monitor>) -> Entered {
    watchdog::start();
    HOST_THREAD.with(|host| {
        assert!(host.world.get().is_null(), "an OS thread carries one world at a time");
        host.world.set(Arc::as_ptr(&world));
        host.os_thread.set(os_thread());
        #[cfg(unix)]
        host.own_guard_page.set(overflow::own_guard_page());
        host.guarded.set(true);
        // Draws the keys.
        let _ = RandomState::new();
        host.guarded.set(false);
    });
    watchdog::watch(&world);
    Entered {
        world,
        #[cfg(unix)]
        _alternate_stack: overflow::AlternateStack::install(),
        thread: PhantomData,
    }
}

/// From now on the calling OS thread, which is the pool's, runs threads of the lab on the OS: one
/// that uses up its stack is named.
pub(crate) fn enter_os() {
    #[cfg(unix)]
    {
        overflow::install();
        HOST_THREAD.with(|host| host.own_guard_page.set(overflow::own_guard_page()));
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        watchdog::unwatch(&self.world);
        drop(take_misuse());
        HOST_THREAD.with(|host| {
            host.guarded.set(false);
            host.world.set(ptr::null());
            host.info.set(ptr::null());
            host.guard_page.set((0, 0));
            host.own_guard_page.set((0, 0));
        });
    }
}

/// From now on the calling OS thread runs this simulated thread, with this guard page below its
/// stack (none if that is the OS thread's own); or the engine itself, without a `ThreadInfo`.
///
/// # Safety
/// The `ThreadInfo` must live until the next call on this OS thread, or until it leaves the world.
#[inline]
pub(crate) unsafe fn running(info: Option<&Arc<ThreadInfo>>, guard_page: Range<usize>) {
    HOST_THREAD.with(|host| {
        host.info.set(info.map_or(ptr::null(), Arc::as_ptr));
        host.guard_page.set((guard_page.start, guard_page.end));
        host.guarded.set(info.is_some());
        // SAFETY: `Entered` holds an `Arc` of it for as long as it is not null.
        if let Some(world) = unsafe { host.world.get().as_ref() } {
            // Relaxed: the watchdog looks at these when they have not changed for seconds.
            world.thread.store(info.map_or(0, |info| info.number), Ordering::Relaxed);
            world.os_thread.store(host.os_thread.get(), Ordering::Relaxed);
        }
    });
}

/// Runs kit code that may sleep, block, or ask the OS for time and entropy. `f` must not switch to
/// another simulated thread on the same OS thread.
pub(crate) fn bypass<R>(f: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            HOST_THREAD.with(|host| host.guarded.set(self.0));
        }
    }
    let _restore = Restore(HOST_THREAD.with(|host| host.guarded.replace(false)));
    f()
}

/// How the running thread has gone past the simulation since its last scheduling point.
#[inline]
pub(crate) fn take_misuse() -> Option<Box<Failure>> {
    let misuse = HOST_THREAD.with(|host| host.misuse.get());
    if misuse.is_null() {
        return None;
    }
    HOST_THREAD.with(|host| host.misuse.set(ptr::null_mut()));
    // SAFETY: made by `Box::into_raw` in `std_linux`, and taken only here.
    Some(unsafe { Box::from_raw(misuse) })
}

/// What a signal to this OS thread needs to know it by; 0 where there are no such signals.
fn os_thread() -> usize {
    #[cfg(target_os = "linux")]
    {
        probe_linux::this_thread()
    }
    #[cfg(not(target_os = "linux"))]
    {
        0
    }
}
