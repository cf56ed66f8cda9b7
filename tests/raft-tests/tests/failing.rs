//! A scenario that fails under simulation reports its own failure, and the process goes on: the
//! cluster is ended by destructors while threads unwind.

use labrt::sim::{Backend, Schedule, simulate};
use labrt::time::Duration;
use labrt::world::{FailureKind, Options};
use raft_tests::Cluster;

#[test]
fn a_check_that_fails_is_told() {
    for backend in [Backend::Coroutines, Backend::Threads] {
        for seed in 0..5 {
            let name = "no_leader".to_string();
            let options = Options { name, seed, time_limit: Duration::from_secs(120) };
            let schedule = Schedule { backend, ..Schedule::default() };
            let ended = simulate(options, schedule, || {
                let cluster = Cluster::unreliable(3);
                cluster.servers().for_each(|server| cluster.disconnect(server));
                cluster.check_one_leader();
            });
            let failure = ended.result.expect_err("nobody leads who is alone");
            assert_eq!(failure.kind, FailureKind::Violation);
            assert!(failure.message.starts_with("expected one leader"), "{failure}");
            assert!(failure.place.is_some_and(|place| place.contains("failing.rs")));
            assert!(ended.leaked.is_empty(), "{:?}", ended.leaked);
        }
    }
}
