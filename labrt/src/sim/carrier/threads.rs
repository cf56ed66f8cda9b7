//! Simulated threads as OS threads. The one that holds the baton runs, and passes it on.
//!
//! This is slower than coroutines by a factor of twenty or more, but a debugger sees ordinary
//! threads, and thread-locals are per thread, as on the OS.

use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use super::HANDLE;
use crate::limits::stack_of_carrier;
use crate::runtime;
use crate::sim::engine::{Body, Engine, Next, TaskId};
use crate::sim::guard;
use crate::thread_info::ThreadInfo;

pub(in crate::sim) struct Threads {
    batons: Arc<Batons>,
}

/// All batons: each thread waits for its own.
struct Batons {
    engine: Arc<Engine>,
    driver: Baton,
    /// By task: what its OS thread waits for.
    tasks: Mutex<Vec<Option<Arc<Baton>>>>,
}

/// What an OS thread waits for before it runs.
#[derive(Default)]
struct Baton {
    given: Mutex<bool>,
    /// A condvar because one thread waits for one thing.
    changed: Condvar,
}

impl Baton {
    fn give(&self) {
        *self.given.lock() = true;
        self.changed.notify_one();
    }

    fn take(&self) {
        let mut given = self.given.lock();
        self.changed.wait_while(&mut given, |given| !*given);
        *given = false;
    }
}

#[derive(Clone, Copy)]
pub(super) struct Handle {
    batons: *const Arc<Batons>,
    own: *const Baton,
}

impl Handle {
    pub(super) fn switch(self, next: Next) {
        // SAFETY: both are owned by `carry`, which is below this frame on this thread's stack.
        let (batons, own) = unsafe { (&*self.batons, &*self.own) };
        guard::bypass(|| {
            batons.pass(next);
            own.take();
        });
        // As the watchdog sees it, another thread has run meanwhile.
        run_here(&ThreadInfo::current());
    }
}

impl Threads {
    pub(super) fn new(engine: Arc<Engine>) -> Threads {
        let (driver, tasks) = (Baton::default(), Mutex::default());
        Threads { batons: Arc::new(Batons { engine, driver, tasks }) }
    }

    pub(super) fn drive(&mut self, first: TaskId) {
        self.batons.pass(Next::Task(first));
        self.batons.driver.take();
    }
}

impl Batons {
    fn pass(self: &Arc<Batons>, next: Next) {
        match next {
            Next::Driver => self.driver.give(),
            Next::Task(task) => self.baton_of(task).give(),
        }
    }

    fn baton_of(self: &Arc<Batons>, task: TaskId) -> Arc<Baton> {
        let mut tasks = self.tasks.lock();
        let slot = task as usize;
        if tasks.len() <= slot {
            tasks.resize_with(slot + 1, || None);
        }
        tasks[slot].get_or_insert_with(|| self.start(task)).clone()
    }

    /// Starts the OS thread of a simulated one. It is not joined: the last thing it does is to pass
    /// the baton.
    fn start(self: &Arc<Batons>, task: TaskId) -> Arc<Baton> {
        let (batons, baton) = (self.clone(), Arc::new(Baton::default()));
        let own = baton.clone();
        let (info, body) = self.engine.begin(task);
        let name = info.to_string();
        let builder = std::thread::Builder::new().name(name).stack_size(stack_of_carrier());
        let started = builder.spawn(move || carry(&batons, task, &own, &info, body));
        started.expect("cannot spawn an OS thread for a simulated one");
        baton
    }
}

fn run_here(info: &Arc<ThreadInfo>) {
    // SAFETY: `carry` holds the `ThreadInfo` until it has said that nothing runs here any more.
    unsafe { guard::running(Some(info), 0..0) };
}

/// An OS thread's life.
fn carry(batons: &Arc<Batons>, task: TaskId, own: &Arc<Baton>, info: &Arc<ThreadInfo>, body: Body) {
    own.take();
    let engine = &batons.engine;
    let entered = guard::enter(engine.monitor.clone());
    runtime::enter_world(engine);
    ThreadInfo::run(info);
    run_here(info);
    HANDLE.set(super::Handle::Thread(Handle { batons, own: Arc::as_ptr(own) }));
    let next = engine.run_task(task, body);
    // SAFETY: there is no `ThreadInfo` to outlive.
    unsafe { guard::running(None, 0..0) };
    ThreadInfo::rest();
    runtime::leave_world();
    drop(entered);
    batons.tasks.lock()[task as usize] = None;
    batons.pass(next);
}
