//! What carries simulated threads: coroutines, or OS threads that hand over a baton.
//!
//! Both do four things: start a thread when control first goes to it, pass control on, give it
//! back to the driver, and let a thread end. Which thread is next was decided before by the core;
//! that is why the same seed does the same on both.

mod coroutines;
mod threads;

use std::cell::Cell;
use std::sync::Arc;

use super::Backend;
use super::core::{Core, Next, TaskId};

use coroutines::Coroutines;
use threads::Threads;

/// The driver's side: whoever started the world, and takes it down.
pub(super) enum Carrier {
    Coroutines(Coroutines),
    Threads(Threads),
}

impl Carrier {
    pub(super) fn new(backend: Backend, core: &Arc<Core>) -> Carrier {
        match backend {
            Backend::Coroutines => Carrier::Coroutines(Coroutines::new(core.clone())),
            Backend::Threads => Carrier::Threads(Threads::new(core.clone())),
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
    /// How the simulated thread that runs here passes control on.
    static HANDLE: Cell<Handle> = const { Cell::new(Handle::None) };
}

#[derive(Clone, Copy)]
enum Handle {
    None,
    Coroutine(coroutines::Handle),
    Thread(threads::Handle),
}

/// The running simulated thread passes control on, and returns when it gets it back.
#[inline]
pub(super) fn switch(next: Next) {
    match HANDLE.get() {
        Handle::Coroutine(handle) => handle.switch(next),
        Handle::Thread(handle) => handle.switch(next),
        Handle::None => unreachable!("only a simulated thread passes control on"),
    }
}
