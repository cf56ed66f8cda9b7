//! Simulated threads as OS threads, one of which has the baton and runs.
//!
//! Slower than coroutines by a factor of twenty or more, but a debugger sees ordinary threads,
//! and thread-locals are what they are on the OS.

use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use super::HANDLE;
use crate::limits::stack_of_carrier;
use crate::record::Record;
use crate::runtime;
use crate::sim::core::{Body, Core, Next, TaskId};
use crate::sim::guard;

pub(in crate::sim) struct Threads {
    batons: Arc<Batons>,
}

/// Everybody's side of the handing over.
struct Batons {
    core: Arc<Core>,
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
        guard::exempt(|| {
            batons.pass(next);
            own.take();
        });
        // As the watchdog sees it, another thread has run meanwhile.
        run_here(&Record::current());
    }
}

impl Threads {
    pub(super) fn new(core: Arc<Core>) -> Threads {
        let (driver, tasks) = (Baton::default(), Mutex::default());
        Threads { batons: Arc::new(Batons { core, driver, tasks }) }
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

    /// Starts the OS thread of a simulated one. Nobody joins it: its last act is to pass the baton.
    fn start(self: &Arc<Batons>, task: TaskId) -> Arc<Baton> {
        let (batons, baton) = (self.clone(), Arc::new(Baton::default()));
        let own = baton.clone();
        let (record, body) = self.core.begin(task);
        let name = record.to_string();
        let builder = std::thread::Builder::new().name(name).stack_size(stack_of_carrier());
        let started = builder.spawn(move || carry(&batons, task, &own, &record, body));
        started.expect("the OS gives a thread to a simulated one");
        baton
    }
}

fn run_here(record: &Arc<Record>) {
    // SAFETY: `carry` holds the record until it has said that nothing runs here any more.
    unsafe { guard::running(Some(record), 0..0) };
}

/// An OS thread's life.
fn carry(batons: &Arc<Batons>, task: TaskId, own: &Arc<Baton>, record: &Arc<Record>, body: Body) {
    own.take();
    let core = &batons.core;
    let entered = guard::enter(core.watched.clone());
    runtime::enter_world(core);
    Record::run(record);
    run_here(record);
    HANDLE.set(super::Handle::Thread(Handle { batons, own: Arc::as_ptr(own) }));
    let next = core.run_task(task, body);
    // SAFETY: there is no record to outlive.
    unsafe { guard::running(None, 0..0) };
    Record::rest();
    runtime::leave_world();
    drop(entered);
    batons.tasks.lock()[task as usize] = None;
    batons.pass(next);
}
