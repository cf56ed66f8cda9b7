//! A function that runs once, in the first thread that asks for it.

use std::fmt;

use super::mutex::Mutex;
use crate::runtime::current_sim;

/// Runs a function once; threads that come meanwhile wait until it is done.
///
/// A function that calls itself through its own `Once`, or that waits in a ring with locks of other
/// threads, ends the test as such a ring of [`Mutex`]es does. A `static` one stays done in the
/// worlds that follow in the process; in simulation, where many seeds share one, keep it in what
/// each world makes anew.
///
/// ```
/// use labrt::sync::Once;
///
/// let once = Once::new();
/// let mut calls = 0;
/// for _ in 0..3 {
///     once.call_once(|| calls += 1);
/// }
/// assert_eq!(calls, 1);
/// ```
pub struct Once {
    /// Locked while the function runs, so that it is known who runs it, and since when.
    state: Mutex<OnceState>,
}

/// The state of a [`Once`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnceState {
    /// The function has not run.
    New,
    /// It has panicked.
    Poisoned,
    /// It runs.
    InProgress,
    /// It has run.
    Done,
}

impl OnceState {
    /// Has the function panicked?
    #[must_use]
    pub fn poisoned(self) -> bool {
        self == OnceState::Poisoned
    }

    /// Has the function run?
    #[must_use]
    pub fn done(self) -> bool {
        self == OnceState::Done
    }
}

impl Once {
    /// Nothing has run yet.
    #[must_use]
    pub const fn new() -> Once {
        Once { state: Mutex::new(OnceState::New) }
    }

    /// How far it has come.
    #[must_use]
    #[track_caller]
    pub fn state(&self) -> OnceState {
        self.state.try_lock().map_or(OnceState::InProgress, |state| *state)
    }

    /// Runs `f`, unless some thread has done so already; waits for one that does it just now.
    ///
    /// # Panics
    /// If the function has panicked, in this call or an earlier one.
    #[track_caller]
    pub fn call_once(&self, f: impl FnOnce()) {
        self.call(|state| {
            assert!(!state.poisoned(), "the function of this Once panicked in an earlier call");
            f();
        });
    }

    /// As [`call_once`](Once::call_once), but runs `f` also after a panic: `f` is given the state.
    ///
    /// # Panics
    /// If `f` does.
    #[track_caller]
    pub fn call_once_force(&self, f: impl FnOnce(OnceState)) {
        self.call(f);
    }

    #[track_caller]
    fn call(&self, f: impl FnOnce(OnceState)) {
        let mut state = self.state.lock();
        if !state.done() {
            let seen = *state;
            let attempt = Attempt(&mut state);
            f(seen);
            *attempt.0 = OnceState::Done;
        }
    }
}

/// A function that runs: dropped before it is done, it has panicked.
struct Attempt<'a>(&'a mut OnceState);

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if self.0.done() {
            return;
        }
        // A panic ends a simulated world, and its end unwinds threads that did not panic: the next
        // world, which may share a `static`, is to know of neither.
        *self.0 = if current_sim().is_some() { OnceState::New } else { OnceState::Poisoned };
    }
}

impl Default for Once {
    fn default() -> Once {
        Once::new()
    }
}

impl fmt::Debug for Once {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Once").field(&self.state()).finish()
    }
}
