//! A scenario that fails under simulation fails at once and in its own words, and its world ends in
//! order: clients may wait at that time for answers that never come.

use harness::ScenarioResult;
use kvraft_tests::beyond::Waiting;
use kvraft_tests::{Cluster, NetworkMode, Scenario, Setup};
use labrt::sim::{Backend, Schedule, Simulated, simulate};
use labrt::thread::{self, sleep};
use labrt::time::Duration;
use labrt::world::{Failure, FailureKind, Options};

/// Simulates the scenario, which must fail, on both back ends.
fn failures(scenario: fn() -> ScenarioResult) -> Vec<(Failure, Duration)> {
    let backends = [Backend::Coroutines, Backend::Threads];
    let simulated = backends.into_iter().flat_map(|backend| {
        (0..3).map(move |seed| {
            let options =
                Options { name: "failing".to_owned(), seed, time_limit: Duration::from_secs(120) };
            let schedule = Schedule { backend, ..Schedule::default() };
            let Simulated { result, elapsed, leaked, .. } = simulate(options, schedule, scenario);
            assert!(leaked.is_empty(), "{leaked:?}");
            (result.expect_err("the scenario fails"), elapsed)
        })
    });
    simulated.collect()
}

#[test]
fn a_client_that_reads_something_else_ends_the_test_at_once() {
    let scenario = || {
        let cluster = Cluster::reliable(3);
        let mut client = cluster.make_client(7, cluster.servers());
        let _running = thread::spawn(move || {
            client.put("k", "one");
            client.check("k", "other");
        });
        sleep(Duration::from_secs(100));
        cluster.finish()
    };
    for (failure, elapsed) in failures(scenario) {
        assert_eq!(failure.kind, FailureKind::Violation);
        let first = failure.message.lines().next().unwrap_or_default();
        assert_eq!(
            first,
            "a client reads what was written last: client 7 read key \"k\" and expected \"other\", \
             got \"one\""
        );
        let servers = failure.message.lines().filter(|line| line.contains(" bytes of Raft state"));
        assert_eq!(servers.count(), 3, "{failure}");
        assert!(failure.place.is_some_and(|place| place.contains("failing.rs")));
        assert!(elapsed < Duration::from_secs(20), "{elapsed:?}");
    }
}

#[test]
fn clients_that_wait_for_ever_do_not_outlive_the_world() {
    let scenario = || {
        let cluster = Cluster::reliable(3);
        for number in 0..3 {
            let mut client = cluster.make_client(number, []);
            thread::spawn(move || client.put("k", "never"));
        }
        sleep(Duration::from_secs(2));
        cluster.servers().for_each(|server| cluster.shut_down(server));
        cluster.fail("nobody is served")
    };
    for (failure, _) in failures(scenario) {
        assert!(failure.message.starts_with("nobody is served\n  S0       down, "), "{failure}");
    }
}

#[test]
fn a_clerk_that_is_not_answered_fails_the_test_before_the_time_is_over() {
    let scenario = || {
        let cluster = Cluster::reliable(3);
        let mut client = cluster.make_client(4, []);
        thread::spawn(move || client.append("k", "never"));
        sleep(Duration::from_secs(100));
        cluster.finish()
    };
    for (failure, elapsed) in failures(scenario) {
        let told = "every clerk is answered: client 4 has waited 60s for its append of key \"k\"\n";
        assert!(failure.message.starts_with(told), "{failure}");
        assert!(elapsed < Duration::from_secs(61), "{elapsed:?}");
    }
}

#[test]
fn what_still_waits_when_all_is_well_is_named() {
    let scenario = || {
        let cluster = Cluster::reliable(3);
        let mut waiting = Waiting::new();
        waiting.start(cluster.make_client(0, cluster.servers()), "a put", |it| it.put("k", "v"));
        waiting.start(cluster.make_client(1, []), "a get", |it| drop(it.get("k")));
        waiting.all_done(&cluster);
        cluster.finish()
    };
    for (failure, _) in failures(scenario) {
        let told = "every clerk is answered: 10 s after all servers were up and connected these \
                    still wait: a get\n";
        assert!(failure.message.starts_with(told), "{failure}");
    }
}

#[test]
fn a_log_that_grows_is_told_with_its_size() {
    let scenario = || {
        let network_mode = NetworkMode::Reliable;
        let setup = Setup { servers: 3, network_mode, max_raft_state: Some(100_000) };
        let cluster = Cluster::new(setup);
        let mut client = cluster.make_client(0, cluster.servers());
        (0..100).for_each(|_| client.put("k", "v"));
        cluster.check_raft_state(1000);
        cluster.finish()
    };
    for (failure, _) in failures(scenario) {
        let told = "snapshots keep the log short: a Raft state has ";
        assert!(failure.message.starts_with(told), "{failure}");
    }
}

/// The whole of a scenario ends in order, too.
#[test]
fn a_scenario_that_holds_leaves_no_thread_behind() {
    let options =
        Options { name: "holds".to_owned(), seed: 1, time_limit: Duration::from_secs(120) };
    let scenario = || {
        let crowded = Scenario { clients: 3, servers: 3, restarts: true, ..Scenario::default() };
        Scenario { partitions: true, random_keys: true, ..crowded }.play()
    };
    let ended = simulate(options, Schedule::default(), scenario);
    assert!(ended.leaked.is_empty(), "{:?}", ended.leaked);
    ended.result.expect("it holds");
}
