//! Simulated threads from spawn to end, and the list of those that are alive.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Body, Engine, Next, TaskId};
use crate::limits::{MAX_COROUTINES, MAX_OS_THREADS, refusal};
use crate::sim::options::{Backend, LateKind, Policy};
use crate::thread_info::{ThreadInfo, ThreadNumber};
use crate::world::report_panic;

/// So many simulated threads are too many for a process.
pub(super) const fn max_threads(backend: Backend) -> usize {
    match backend {
        Backend::Coroutines => MAX_COROUTINES,
        Backend::Threads => MAX_OS_THREADS,
    }
}

/// Simulated threads of all worlds. One that could not be ended keeps its stack, and counts on.
static THREADS: AtomicUsize = AtomicUsize::new(0);

impl Engine {
    /// A new thread, which can run from now on.
    ///
    /// # Errors
    /// If there are too many already: what to say.
    pub(crate) fn spawn(&self, info: Arc<ThreadInfo>, body: Body) -> Result<(), String> {
        if THREADS.load(Ordering::Relaxed) >= self.max_threads {
            let limit = self.max_threads;
            let why = format!("{limit} simulated ones are alive (limit {limit})");
            return Err(refusal(why, &self.thread_infos()));
        }
        THREADS.fetch_add(1, Ordering::Relaxed);
        self.state.lock().spawn(info, body);
        Ok(())
    }

    /// The life of a simulated thread, called by what carries it; returns who is next.
    pub(in crate::sim) fn run_task(&self, task: TaskId, body: Body) -> Next {
        let unbegun = self.is_ending();
        if unbegun {
            // It is dropped to its end, as in any thread that unwinds.
            self.state.lock().tasks[task as usize].unbegun = true;
        }
        let run = move || if unbegun { drop(body) } else { body() };
        if let Err(payload) = catch_unwind(AssertUnwindSafe(run)) {
            report_panic(payload.as_ref());
            // A payload may panic when it is dropped; that second panic is not reported.
            if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                std::mem::forget(again);
            }
        }
        self.fails_by_misuse();
        THREADS.fetch_sub(1, Ordering::Relaxed);
        let mut state = self.state.lock();
        state.end(task);
        if self.is_ending() {
            return Next::Driver;
        }
        let next = state.next();
        self.now.store(state.now, Ordering::Relaxed);
        drop(state);
        match next {
            Ok(next) => Next::Task(next),
            Err(verdict) => {
                self.judge(verdict);
                Next::Driver
            }
        }
    }

    /// Can the state be looked at?
    pub(crate) fn is_free(&self) -> bool {
        !self.state.is_locked()
    }

    /// The first thread to run.
    pub(in crate::sim) fn first(&self) -> TaskId {
        self.state.lock().choose()
    }

    /// A thread starts: who it is, and what it does.
    pub(in crate::sim) fn begin(&self, task: TaskId) -> (Arc<ThreadInfo>, Body) {
        let mut state = self.state.lock();
        let task = &mut state.tasks[task as usize];
        let info = task.info.clone().expect("a thread that starts has not ended");
        (info, task.body.take().expect("a thread starts once"))
    }

    /// The threads that have not ended, oldest first.
    pub(crate) fn thread_infos(&self) -> Vec<Arc<ThreadInfo>> {
        let state = self.state.lock();
        let mut alive: Vec<_> = state.tasks.iter().filter(|task| task.info.is_some()).collect();
        alive.sort_by_key(|task| task.number);
        alive.into_iter().filter_map(|task| task.info.clone()).collect()
    }

    /// The thread of this number, if it has not ended.
    pub(crate) fn find(&self, number: ThreadNumber) -> Option<Arc<ThreadInfo>> {
        let state = self.state.lock();
        let mut thread_infos = state.tasks.iter().filter_map(|task| task.info.as_ref());
        thread_infos.find(|info| info.number == number).cloned()
    }

    /// The threads that have not ended, oldest first.
    pub(in crate::sim) fn alive(&self) -> Vec<TaskId> {
        let state = self.state.lock();
        let mut alive: Vec<_> =
            (0..state.tasks.len()).filter(|task| state.tasks[*task].info.is_some()).collect();
        alive.sort_by_key(|task| state.tasks[*task].number);
        alive.into_iter().map(|task| task as TaskId).collect()
    }

    /// The driver is about to give control to this thread.
    pub(in crate::sim) fn set_running(&self, task: TaskId) {
        self.monitor.heartbeat.fetch_add(1, Ordering::Relaxed);
        self.state.lock().running = task;
    }

    /// Points, policy, kind of lateness and hash; forgets the threads that could not be ended.
    pub(in crate::sim) fn finish(&self) -> (u64, Policy, LateKind, u64) {
        let mut state = self.state.lock();
        let tasks = std::mem::take(&mut state.tasks);
        let (policy, lateness) = (state.scheduler.policy(), state.late_threads.kind());
        let figures = (state.points, policy, lateness, state.trace.finish());
        drop(state);
        // Each `ThreadInfo` has the world, which has this engine.
        drop(tasks);
        figures
    }
}
