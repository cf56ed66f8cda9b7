//! Simulated threads as coroutines with stacks of their own, all on one OS thread.
//!
//! A switch suspends the running coroutine, which returns to [`Coroutines::drive`], and resumes the
//! next one there. A coroutine never moves to another OS thread.

use std::mem;
use std::ops::Range;
use std::sync::Arc;

use corosensei::stack::{DefaultStack, Stack};
use corosensei::{Coroutine, CoroutineResult, Yielder};
use parking_lot::Mutex;

use super::HANDLE;
use crate::limits::STACK;
use crate::sim::engine::{Engine, Next, TaskId};
use crate::sim::guard;
use crate::thread_info::ThreadInfo;

type Fiber = Coroutine<(), Next, Next, DefaultStack>;

/// Stacks that no world uses at the moment, kept because making one costs two system calls and a
/// page fault or two.
static SPARE: Mutex<Vec<DefaultStack>> = Mutex::new(Vec::new());

/// At least so much below a stack is never mapped, whatever the size of a page.
const PAGE: usize = 4096;

/// As many spare stacks as are kept: each holds on to the pages it has ever used.
const MAX_SPARE: usize = 256;

pub(in crate::sim) struct Coroutines {
    engine: Arc<Engine>,
    /// By task.
    fibers: Vec<Option<Carried>>,
    stacks: Vec<DefaultStack>,
}

struct Carried {
    fiber: Fiber,
    info: Arc<ThreadInfo>,
    guard_page: Range<usize>,
}

#[derive(Clone, Copy)]
pub(super) struct Handle(*const Yielder<(), Next>);

impl Handle {
    #[inline]
    pub(super) fn switch(self, next: Next) {
        // SAFETY: the yielder is on the stack of the coroutine that is running, below this frame.
        unsafe { &*self.0 }.suspend(next);
        HANDLE.set(super::Handle::Coroutine(self));
    }
}

impl Coroutines {
    pub(super) fn new(engine: Arc<Engine>) -> Coroutines {
        Coroutines { engine, fibers: Vec::new(), stacks: Vec::new() }
    }

    pub(super) fn drive(&mut self, first: TaskId) {
        let mut task = first;
        loop {
            let slot = task as usize;
            if self.fibers.len() <= slot {
                self.fibers.resize_with(slot + 1, || None);
            }
            if self.fibers[slot].is_none() {
                self.fibers[slot] = Some(self.make(task));
            }
            let carried = self.fibers[slot].as_mut().expect("it was made just now");
            ThreadInfo::run(&carried.info);
            // SAFETY: the `ThreadInfo` lives until this coroutine gives control back, or has ended:
            // then another one follows, or the engine itself.
            unsafe { guard::running(Some(&carried.info), carried.guard_page.clone()) };
            let next = match carried.fiber.resume(()) {
                CoroutineResult::Yield(next) => next,
                CoroutineResult::Return(next) => {
                    // SAFETY: there is no `ThreadInfo` to outlive.
                    unsafe { guard::running(None, 0..0) };
                    let carried = self.fibers[slot].take().expect("it has run just now");
                    self.stacks.push(carried.fiber.into_stack());
                    next
                }
            };
            match next {
                Next::Task(next) => task = next,
                Next::Driver => {
                    // SAFETY: there is no `ThreadInfo` to outlive.
                    unsafe { guard::running(None, 0..0) };
                    return ThreadInfo::rest();
                }
            }
        }
    }

    fn make(&mut self, task: TaskId) -> Carried {
        let (info, body) = self.engine.begin(task);
        // A lock that other worlds take as well: waiting for it looks at the real clock.
        let spare = || guard::bypass(|| SPARE.lock().pop());
        let stack = self.stacks.pop().or_else(spare).unwrap_or_else(new_stack);
        let bottom = stack.limit().get();
        let engine = self.engine.clone();
        let fiber = Coroutine::with_stack(stack, move |yielder: &Yielder<(), Next>, ()| {
            HANDLE.set(super::Handle::Coroutine(Handle(yielder)));
            engine.run_task(task, body)
        });
        Carried { fiber, info, guard_page: bottom..bottom + PAGE }
    }

    pub(super) fn finish(mut self) {
        for carried in self.fibers.drain(..).flatten() {
            // It will not be unwound, so its stack stays for good.
            mem::forget(carried.fiber);
        }
        let mut spare = SPARE.lock();
        let room = MAX_SPARE.saturating_sub(spare.len());
        let kept = self.stacks.len().min(room);
        spare.extend(self.stacks.drain(..kept));
    }
}

fn new_stack() -> DefaultStack {
    DefaultStack::new(STACK)
        .unwrap_or_else(|error| panic!("cannot map a stack for a simulated thread: {error}"))
}
