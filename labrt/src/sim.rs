//! The simulated runtime: threads that run one at a time, in virtual time, from a seed.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;

use crate::limits;
use crate::runtime::{self, current_sim};
use crate::time::Duration;
use crate::world::{Failure, Options, World};

mod carrier;
pub(crate) mod engine;
pub(crate) mod guard;
pub(crate) mod lateness;
pub(crate) mod options;
mod schedule;
pub(crate) mod trace;

use carrier::Carrier;
pub(crate) use engine::Engine;
pub use options::{Backend, LateKind, Lateness, Policy, Reorder, Schedule};

/// Threads that have not ended after so many rounds in which none did swallow what unwinds them.
const IDLE_ROUNDS: usize = 1000;

/// How a simulated world ended.
#[derive(Debug)]
pub struct Simulated<T> {
    /// The value of its body, or the first failure.
    pub result: Result<T, Failure>,
    /// Virtual time from its beginning to its end.
    pub elapsed: Duration,
    /// Scheduling points passed.
    pub points: u64,
    /// The policy in force, chosen by the seed or by hand.
    pub policy: Policy,
    /// Which threads were late, chosen by the seed or by hand.
    pub lateness: LateKind,
    /// A hash of all events. Two runs with the same hash did the same.
    pub hash: u64,
    /// Threads that could not be ended, by name: they swallow the unwinding that ends them.
    pub leaked: Vec<String>,
}

/// Runs `body` as the thread `test` of a new simulated world and waits for the end, when every
/// thread of the world has been unwound.
///
/// # Panics
/// If the OS refuses a thread, or the caller runs in a simulated world itself.
pub fn simulate<T: Send + 'static>(
    options: Options,
    schedule: Schedule,
    body: impl FnOnce() -> T + Send + 'static,
) -> Simulated<T> {
    assert!(current_sim().is_none(), "a world cannot be run within a simulated one");
    // An OS thread of its own: it has no thread-locals from before, and none stay behind.
    let host = std::thread::Builder::new().name("simulation".into());
    let host = host.spawn(move || host_world(options, schedule, body));
    let ended = host.expect("cannot spawn a thread for a simulated world").join();
    ended.unwrap_or_else(|payload| resume_unwind(payload))
}

fn host_world<T: Send + 'static>(
    options: Options,
    schedule: Schedule,
    body: impl FnOnce() -> T + Send + 'static,
) -> Simulated<T> {
    let backend = schedule.backend;
    let world = World::simulated(options, schedule);
    let engine = world.engine().expect("it is simulated");
    // Before anything here asks std for randomness.
    let entered = guard::enter(engine.monitor.clone());
    let value = Arc::new(Mutex::new(None));
    let test = {
        let (engine, value) = (engine.clone(), value.clone());
        move || {
            let result = body();
            // Dropped here, if it is of no use: it may be of this world.
            if !engine.fails_by_misuse() && !engine.is_ending() {
                *value.lock() = Some(result);
                engine.end();
            }
        }
    };
    engine.spawn(Arc::new(world.first_thread()), Box::new(test)).expect("it is the first");
    runtime::list_world(engine);
    runtime::enter_world(engine);
    let mut carrier = Carrier::new(backend, engine);
    carrier.drive(engine.first());
    let leaked = take_down(engine, &mut carrier);
    carrier.finish();
    runtime::leave_world();
    runtime::strike_world(engine);
    engine.monitor.idle.store(true, Ordering::Relaxed);
    drop(entered);
    let (points, policy, lateness, hash) = engine.finish();
    let result = match (world.failure(), value.lock().take()) {
        (Some(failure), _) => Err(failure),
        (None, Some(value)) => Ok(value),
        (None, None) => unreachable!("a world ends with a value or with a failure"),
    };
    let elapsed = engine.elapsed();
    Simulated { result, elapsed, points, policy, lateness, hash, leaked }
}

/// Unwinds every thread that is left; returns those that will not end. A thread whose destructors
/// wait for others is taken up again when they have had their turn.
fn take_down(engine: &Engine, carrier: &mut Carrier) -> Vec<String> {
    let mut idle_rounds = 0;
    loop {
        let alive = engine.alive();
        if alive.is_empty() || idle_rounds == IDLE_ROUNDS {
            return engine.thread_infos().iter().map(ToString::to_string).collect();
        }
        for task in &alive {
            engine.set_running(*task);
            carrier.drive(*task);
        }
        idle_rounds = if engine.alive().len() < alive.len() { 0 } else { idle_rounds + 1 };
    }
}

/// How the network of the calling thread's world is to deliver messages. On the OS they take as
/// long as they take.
#[must_use]
pub fn reorder() -> Reorder {
    current_sim().map_or(Reorder::Off, |sim| sim.reorder)
}

/// As [`thread::max_stack_bytes`](crate::thread::max_stack_bytes), for simulated threads: 24,000.
#[must_use]
pub fn max_stack_bytes() -> u64 {
    limits::stacks_of_simulated_threads()
}

/// Sets what is called when a simulated world must take the process down: a thread in it never
/// reaches a scheduling point, or blocks in an OS lock for ever. The process aborts when `handler`
/// returns. Called at most once, from a thread outside all worlds.
///
/// # Panics
/// If a handler is set already.
pub fn on_fatal(handler: impl Fn(&Failure) + Send + Sync + 'static) {
    guard::on_fatal(handler);
}
