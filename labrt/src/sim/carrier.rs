//! Carriers of simulated threads: coroutines, or OS threads of which one runs at a time.
//!
//! Both do four things: start a thread when it is first chosen, switch to another thread, return to
//! the driver, and end a thread. The engine has chosen the next thread before, so a seed leads to
//! the same events on both.

mod coroutines;
mod threads;

use std::cell::Cell;
use std::sync::Arc;

use super::engine::{Engine, Next, TaskId};
use super::options::Backend;

use coroutines::Coroutines;
use threads::Threads;

/// The driver's side: the OS thread that starts the world, and unwinds its threads at the end.
pub(super) enum Carrier {
    Coroutines(Coroutines),
    Threads(Threads),
}

impl Carrier {
    pub(super) fn new(backend: Backend, engine: &Arc<Engine>) -> Carrier {
        match backend {
            Backend::Coroutines => Carrier::Coroutines(Coroutines::new(engine.clone())),
            Backend::Threads => Carrier::Threads(Threads::new(engine.clone())),
        }
    }

    /// Gives control to a thread, and returns when one gives it back.
    pub(super) fn drive(&mut self, first: TaskId) {
        match self {
            Carrier::Coroutines(coroutines) => coroutines.drive(first),
            Carrier::Threads(threads) => threads.drive(first),
        }
    }

    /// Ends what can be ended. Threads that could not be unwound are left where they are.
    pub(super) fn finish(self) {
        match self {
            Carrier::Coroutines(coroutines) => coroutines.finish(),
            // Each ends by itself.
            Carrier::Threads(_) => {}
        }
    }
}

thread_local! {
    /// How the simulated thread that runs here switches to another.
    static HANDLE: Cell<Handle> = const { Cell::new(Handle::None) };
}

#[derive(Clone, Copy)]
enum Handle {
    None,
    Coroutine(coroutines::Handle),
    Thread(threads::Handle),
}

/// The running simulated thread switches to another, and returns when it runs again.
#[inline]
pub(super) fn switch(next: Next) {
    match HANDLE.get() {
        Handle::Coroutine(handle) => handle.switch(next),
        Handle::Thread(handle) => handle.switch(next),
        Handle::None => unreachable!("only a simulated thread switches to another"),
    }
}
