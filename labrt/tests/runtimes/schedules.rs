//! Simulated worlds for tests: a body, a seed, and every kind of schedule.

use labrt::sim::{Backend, LateKind, Lateness, Policy, Schedule, Simulated, simulate};
use labrt::time::Duration;
use labrt::world::{Failure, FailureKind, Options};

/// One of each kind: never preempting, seldom, often, always, PCT of three depths, POS, and SURW
/// with all objects of interest and with some.
pub const POLICIES: [Policy; 10] = [
    Policy::Random { preemption: 0.0 },
    Policy::Random { preemption: 0.02 },
    Policy::Random { preemption: 0.3 },
    Policy::Random { preemption: 1.0 },
    Policy::Pct { depth: 1 },
    Policy::Pct { depth: 2 },
    Policy::Pct { depth: 3 },
    Policy::Pos,
    Policy::Surw { one_in: 1 },
    Policy::Surw { one_in: 4 },
];

/// PCT spreads its changes over so many points: about as many as a test's world has.
pub const POINTS: u64 = 200;

pub const LIMIT: Duration = Duration::from_secs(120);

/// A world of this seed, which chooses the policy unless it is given.
pub fn world<T: Send + 'static>(
    seed: u64,
    backend: Backend,
    policy: Option<Policy>,
    body: impl FnOnce() -> T + Send + 'static,
) -> Simulated<T> {
    let options = Options { name: "a_test".into(), seed, time_limit: LIMIT };
    let schedule = Schedule { backend, policy, expected_points: POINTS, ..Schedule::default() };
    simulate(options, schedule, body)
}

/// A world of this seed in which threads of servers are late as `lateness` says.
pub fn late_world<T: Send + 'static>(
    seed: u64,
    backend: Backend,
    lateness: Lateness,
    body: impl FnOnce() -> T + Send + 'static,
) -> Simulated<T> {
    let options = Options { name: "a_test".into(), seed, time_limit: LIMIT };
    let lateness = Some(lateness);
    let schedule = Schedule { backend, lateness, expected_points: POINTS, ..Schedule::default() };
    simulate(options, schedule, body)
}

/// On coroutines, of which everything ends in order.
pub fn clean<T: Send + 'static>(
    seed: u64,
    body: impl FnOnce() -> T + Send + 'static,
) -> Simulated<T> {
    let ended = world(seed, Backend::Coroutines, None, body);
    assert!(ended.leaked.is_empty(), "seed {seed} leaks {:?}", ended.leaked);
    ended
}

/// The failure of a world that must fail, in this way.
pub fn failure<T: Send + 'static>(
    kind: FailureKind,
    backend: Backend,
    body: impl FnOnce() -> T + Send + 'static,
) -> Failure {
    let ended = world(7, backend, Some(Policy::Random { preemption: 0.3 }), body);
    assert!(ended.leaked.is_empty(), "leaks {:?}", ended.leaked);
    let Err(failure) = ended.result else { panic!("the world must fail: {kind:?}") };
    assert_eq!(failure.kind, kind, "{failure}");
    failure
}

pub const LATE_KINDS: [LateKind; 5] =
    [LateKind::Spawned, LateKind::Woken, LateKind::Relock, LateKind::Points, LateKind::Mixed];

pub const BACKENDS: [Backend; 2] = [Backend::Coroutines, Backend::Threads];
