//! Crashes at a reply, and requests that outlive whom they were sent to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use labrpc::{CrashAtReply, Fact, Life, LinkFaults, Network, Server};
use labrt::channel::unbounded;
use labrt::sim::{Schedule, simulate};
use labrt::thread;
use labrt::time::{Duration, Instant};
use labrt::world::Options;
use trace::Incarnation;

use crate::setup::{Echo, setup};

/// Crashes at the first reply that comes, and counts.
#[derive(Default, Clone)]
struct AtOnce {
    crashes: Arc<AtomicU64>,
    /// What other threads have done so far.
    steps: Arc<AtomicU64>,
    /// How much that was when the handler returned, and when the server crashed.
    seen: Arc<[AtomicU64; 2]>,
}

impl CrashAtReply for AtOnce {
    fn is_last(&self, _: Option<&Fact>, _: Option<&Fact>) -> bool {
        true
    }

    fn crash(&self) {
        self.crashes.fetch_add(1, Ordering::SeqCst);
        self.seen[1].store(self.steps.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

fn crashing_life(at_once: &AtOnce) -> Life {
    Life::crashing(Incarnation::default(), at_once.clone())
}

#[test]
fn the_last_reply_leaves_and_nothing_after_it() {
    let setup = setup();
    let at_once = AtOnce::default();
    let life = crashing_life(&at_once);
    let (enter, entered) = unbounded();
    let (gate, closed) = labrt::channel::bounded(0);
    let mut server = setup.server(enter, closed);
    server.set_life(life.clone());
    setup.network.add_server("S0", server);
    let own = setup.network.make_end_of("own", &life, 0);
    setup.network.connect("own", "S0");
    setup.network.enable("own", true);

    let end = setup.end("blocked");
    let blocked = thread::spawn(move || end.call(&crate::setup::Block));
    entered.recv().unwrap();
    let end = setup.end("end");
    assert!(!life.is_over());
    assert_eq!(end.call(&Echo(1)), Some(1), "its last reply");
    assert!(life.is_over());
    drop(gate);
    assert_eq!(blocked.join().unwrap(), None, "it returned after the crash");
    assert_eq!(end.call(&Echo(2)), None);
    let handled = setup.handled();
    assert_eq!(own.call(&Echo(3)), None, "no request leaves");
    assert_eq!(setup.handled(), handled);
    assert!(!life.end(), "it has ended by itself");
    assert_eq!(at_once.crashes.load(Ordering::SeqCst), 1);
}

#[test]
fn a_life_that_was_ended_crashes_at_no_reply() {
    let setup = setup();
    let at_once = AtOnce::default();
    let life = crashing_life(&at_once);
    let mut server = Server::new();
    server.on(|Echo(number)| number);
    server.set_life(life.clone());
    setup.network.add_server("S0", server);
    assert!(life.end());
    assert_eq!(setup.end("end").call(&Echo(1)), None);
    assert_eq!(at_once.crashes.load(Ordering::SeqCst), 0);
}

/// Many handlers return at the same time: one of them crashes the server, and is the last heard.
fn crash_among_many() -> (u64, u64) {
    let network = Network::new();
    let at_once = AtOnce::default();
    let mut server = Server::new();
    server.on(|Echo(number)| number);
    server.set_life(crashing_life(&at_once));
    network.add_server("S0", server);
    let calls: Vec<_> = (0..16)
        .map(|number| {
            let end = network.make_end(format!("end {number}"));
            network.connect(&format!("end {number}"), "S0");
            network.enable(&format!("end {number}"), true);
            thread::spawn(move || end.call(&Echo(1)))
        })
        .collect();
    let heard = calls.into_iter().filter_map(|call| call.join().unwrap()).sum();
    (heard, at_once.crashes.load(Ordering::SeqCst))
}

fn simulated<T: Send + 'static>(seed: u64, body: impl FnOnce() -> T + Send + 'static) -> T {
    let time_limit = Duration::from_secs(60);
    let options = Options { name: "restarts".to_owned(), seed, time_limit };
    simulate(options, Schedule::default(), body).result.expect("nothing fails")
}

#[test]
fn one_of_many_handlers_crashes_the_server() {
    assert_eq!(crash_among_many(), (1, 1));
    for seed in 0..50 {
        assert_eq!(simulated(seed, crash_among_many), (1, 1), "seed {seed}");
    }
}

/// Another thread does something at every turn that it gets.
fn steps_between_return_and_crash() -> u64 {
    let network = Network::new();
    let at_once = AtOnce::default();
    let mut server = Server::new();
    let (seen, steps) = (at_once.seen.clone(), at_once.steps.clone());
    server.on(move |Echo(number)| {
        let counted = steps.clone();
        thread::spawn(move || {
            for _ in 0..20 {
                counted.fetch_add(1, Ordering::SeqCst);
                thread::yield_now();
            }
        });
        thread::yield_now();
        seen[0].store(steps.load(Ordering::SeqCst), Ordering::SeqCst);
        number
    });
    server.set_life(crashing_life(&at_once));
    network.add_server("S0", server);
    let end = network.make_end("end");
    network.connect("end", "S0");
    network.enable("end", true);
    assert_eq!(end.call(&Echo(1)), Some(1));
    let [returned, crashed] = [0, 1].map(|at| at_once.seen[at].load(Ordering::SeqCst));
    crashed - returned
}

#[test]
fn no_other_thread_runs_between_a_handlers_return_and_the_crash() {
    for seed in 0..100 {
        assert_eq!(simulated(seed, steps_between_return_and_crash), 0, "seed {seed}");
    }
}

/// A call that is on its way for 100 ms, while its server is deleted, and replaced or not.
fn call_across(outlives: bool, is_replaced: bool) -> (Option<u64>, Duration) {
    let network = Network::new();
    network.set_requests_outlive(outlives);
    let server = |answer: u64| {
        let mut server = Server::new();
        server.on(move |Echo(_)| answer);
        server
    };
    network.add_server("S0", server(1));
    let end = network.make_end("end");
    network.connect("end", "S0");
    network.enable("end", true);
    let request_delay = Duration::from_millis(100);
    network.set_link("end", LinkFaults { request_delay, ..LinkFaults::default() });
    let began = Instant::now();
    let call = thread::spawn(move || end.call(&Echo(0)));
    thread::sleep(Duration::from_millis(20));
    network.delete_server("S0");
    if is_replaced {
        network.add_server("S0", server(2));
    }
    (call.join().unwrap(), began.elapsed())
}

#[test]
fn a_request_on_its_way_reaches_the_successor() {
    let arrival = Duration::from_millis(100);
    let (reply, after) = call_across(true, true);
    assert_eq!(reply, Some(2));
    assert!(after >= arrival);
    let (reply, after) = call_across(true, false);
    assert_eq!(reply, None, "there is none");
    assert!(after >= arrival);
    let (reply, _) = call_across(false, true);
    assert_eq!(reply, None, "by default the call fails with its server");
}

#[test]
fn a_request_that_has_arrived_dies_with_its_server() {
    let setup = setup();
    setup.network.set_requests_outlive(true);
    let call = setup.blocked_call("end");
    setup.network.delete_server("S0");
    assert_eq!(call.join().unwrap(), None);
}
