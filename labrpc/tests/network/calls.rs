//! From the call to its answer: prompt wake-ups, blocked handlers, and what ends when.

use labrpc::{LinkFaults, Network, Rpc, Server};
use labrt::channel::bounded;
use labrt::thread;
use labrt::time::Duration;
use serde::{Deserialize, Serialize};

use crate::setup::{Echo, Setup, setup};

/// `change` fails the call under way, and its caller hears of it at once.
fn assert_woken(change: impl FnOnce(&Setup)) {
    let setup = setup();
    let call = setup.blocked_call("end");
    thread::sleep(Duration::from_millis(5));
    assert!(!call.is_finished());
    change(&setup);
    // The handler never returns, so this does only because the caller was woken.
    assert_eq!(call.join().unwrap(), None);
}

#[test]
fn deleting_the_server_wakes_its_callers() {
    assert_woken(|setup| setup.network.delete_server("S0"));
}

#[test]
fn replacing_the_server_wakes_its_callers() {
    assert_woken(|setup| setup.network.add_server("S0", Server::new()));
}

#[test]
fn disabling_the_end_wakes_its_callers() {
    assert_woken(|setup| setup.network.enable("end", false));
}

#[test]
fn callers_of_other_servers_and_ends_are_left_alone() {
    let setup = setup();
    let call = setup.blocked_call("end");
    setup.network.add_server("S1", Server::new());
    setup.network.delete_server("S1");
    setup.end("other");
    setup.network.enable("other", false);
    setup.network.enable("end", true);
    thread::sleep(Duration::from_millis(5));
    setup.gate.send(()).unwrap();
    assert_eq!(call.join().unwrap(), Some(7));
}

#[test]
fn a_reply_of_a_dead_instance_does_not_count_though_its_handler_runs_to_the_end() {
    let setup = setup();
    let call = setup.blocked_call("end");
    setup.network.delete_server("S0");
    setup.network.add_server("S0", Server::new());
    assert_eq!(call.join().unwrap(), None);
    setup.gate.send(()).unwrap();
    assert_eq!(setup.network.count("S0"), 0, "a new instance counts anew");
}

#[test]
fn sixty_four_blocked_handlers_do_not_hold_up_the_next_call() {
    let setup = setup();
    let calls: Vec<_> = (0..64).map(|call| setup.blocked_call(&format!("{call}"))).collect();
    assert_eq!(setup.end("quick").call(&Echo(1)), Some(1));
    assert!(calls.iter().all(|call| !call.is_finished()));
    drop(setup.gate);
    for call in calls {
        assert_eq!(call.join().unwrap(), Some(7));
    }
}

#[test]
fn a_closed_network_accepts_no_call_but_ends_those_under_way() {
    let setup = setup();
    let call = setup.blocked_call("end");
    setup.network.cleanup();
    let late = setup.end("late");
    assert_eq!(late.call(&Echo(1)), None);
    assert_eq!(setup.network.total_count(), 1);
    setup.gate.send(()).unwrap();
    assert_eq!(call.join().unwrap(), Some(7));
}

#[test]
fn a_handler_that_panics_answers_nothing() {
    let network = Network::with_seed(1);
    let mut server = Server::new();
    server.on(|_: Echo| -> u64 { panic!("on purpose") });
    network.add_server("S0", server);
    let end = network.make_end("end");
    network.connect("end", "S0");
    network.enable("end", true);
    assert_eq!(end.call(&Echo(1)), None);
}

#[test]
fn handlers_threads_bear_the_rpcs_and_the_servers_name() {
    #[derive(Serialize, Deserialize)]
    struct Who;
    impl Rpc for Who {
        const NAME: &'static str = "Test.Who";
        type Reply = (String, Option<String>);
    }
    let network = Network::with_seed(1);
    let mut server = Server::new();
    server.on(|_: Who| {
        let me = thread::current();
        (me.name().to_owned(), me.server().map(|server| server.to_string()))
    });
    network.add_server("S4", server);
    let end = network.make_end("end");
    network.connect("end", "S4");
    network.enable("end", true);
    assert_eq!(end.call(&Who), Some(("Test.Who".into(), Some("S4".into()))));
}

/// A call whose request takes so long, and whose end is disabled meanwhile.
fn abandoned_call(setup: &Setup, request_delay: Duration) {
    let end = setup.end("end");
    setup.network.set_link("end", LinkFaults { request_delay, ..LinkFaults::default() });
    let call = thread::spawn(move || end.call(&Echo(1)));
    while setup.network.total_count() == 0 {
        thread::yield_now();
    }
    setup.network.enable("end", false);
    assert_eq!(call.join().unwrap(), None);
}

#[test]
fn a_caller_is_woken_while_its_request_is_still_on_its_way() {
    let setup = setup();
    abandoned_call(&setup, Duration::from_secs(3600));
    assert_eq!(setup.handled(), 0);
}

#[test]
fn a_request_on_its_way_arrives_though_its_caller_has_given_up() {
    let setup = setup();
    abandoned_call(&setup, Duration::from_millis(20));
    while setup.handled() == 0 {
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_deleted_server_fails_its_calls_after_the_network_was_closed_too() {
    assert_woken(|setup| {
        setup.network.cleanup();
        assert_eq!(setup.network.count("S0"), 1);
        setup.network.delete_server("S0");
    });
}

#[test]
fn a_network_that_is_dropped_is_closed_and_forgets_its_servers() {
    let (alive, gone) = bounded::<()>(0);
    let network = Network::with_seed(1);
    let mut server = Server::new();
    let end = network.make_end("end");
    let own = end.clone();
    server.on(move |Echo(number)| {
        let _keeps = (&own, &alive);
        number
    });
    network.add_server("S0", server);
    network.connect("end", "S0");
    network.enable("end", true);
    assert_eq!(end.call(&Echo(1)), Some(1));
    drop(network);
    assert_eq!(end.call(&Echo(1)), None);
    assert!(gone.recv().is_err(), "the handlers were dropped");
}
