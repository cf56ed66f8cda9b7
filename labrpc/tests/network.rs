//! What the network does beyond the course's own tests: prompt wake-ups, blocked handlers, the
//! faults that can be asked for, the dice, and how misuse is told.

use std::sync::Arc;

use labrpc::{ClientEnd, Cut, Faults, LinkFaults, Network, Rpc, Server};
use labrt::channel::{Receiver, Sender, bounded, unbounded};
use labrt::sync::atomic::{AtomicU64, Ordering};
use labrt::thread::{self, JoinHandle};
use labrt::time::{Duration, Instant};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Echo(u64);

impl Rpc for Echo {
    const NAME: &'static str = "Test.Echo";
    type Reply = u64;
}

/// Its handler blocks until the test lets it go.
#[derive(Serialize, Deserialize)]
struct Block;

impl Rpc for Block {
    const NAME: &'static str = "Test.Block";
    type Reply = u64;
}

#[derive(Serialize, Deserialize)]
struct Unknown;

impl Rpc for Unknown {
    const NAME: &'static str = "Test.Unknown";
    type Reply = ();
}

#[derive(Serialize, Deserialize)]
struct Elsewhere;

impl Rpc for Elsewhere {
    const NAME: &'static str = "Other.Echo";
    type Reply = ();
}

/// A network with one server, `S0`, and a gate that its blocking handlers wait at.
struct Setup {
    network: Network,
    entered: Receiver<()>,
    gate: Sender<()>,
    handled: Arc<AtomicU64>,
}

fn setup() -> Setup {
    let network = Network::with_seed(5);
    let (gate, closed) = bounded(0);
    let (enter, entered) = unbounded();
    let handled = Arc::new(AtomicU64::new(0));
    let setup = Setup { network, entered, gate, handled };
    setup.network.add_server("S0", setup.server(enter, closed));
    setup
}

impl Setup {
    fn server(&self, enter: Sender<()>, closed: Receiver<()>) -> Server {
        let mut server = Server::new();
        let handled = self.handled.clone();
        server.on(move |Echo(number)| {
            handled.fetch_add(1, Ordering::SeqCst);
            number
        });
        server.on(move |_: Block| {
            enter.send(()).unwrap();
            let _ = closed.recv();
            7
        });
        server
    }

    fn end(&self, name: &str) -> ClientEnd {
        let end = self.network.make_end(name);
        self.network.connect(name, "S0");
        self.network.enable(name, true);
        end
    }

    /// A call whose handler has begun and will not end.
    fn blocked_call(&self, name: &str) -> JoinHandle<Option<u64>> {
        let end = self.end(name);
        let call = thread::spawn(move || end.call(&Block));
        self.entered.recv().unwrap();
        call
    }

    fn handled(&self) -> u64 {
        self.handled.load(Ordering::SeqCst)
    }
}

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
fn long_delays_are_only_for_calls_that_lead_nowhere() {
    let setup = setup();
    setup.network.set_long_delays(true);
    let end = setup.end("end");
    let start = Instant::now();
    assert_eq!(end.call(&Echo(1)), Some(1));
    assert!(start.elapsed() < Duration::from_secs(1));

    let faults = Faults { long_dead_delay_limit: Duration::from_millis(300), ..Faults::default() };
    setup.network.set_faults(faults);
    let dead = setup.network.make_end("dead");
    let start = Instant::now();
    for _ in 0..10 {
        assert_eq!(dead.call(&Echo(1)), None);
    }
    let elapsed = start.elapsed();
    assert!((Duration::from_millis(300)..Duration::from_secs(5)).contains(&elapsed));
}

#[test]
fn long_reordering_lets_a_later_call_answer_first_and_a_dead_servers_reply_through() {
    let setup = setup();
    setup.network.set_long_reordering(true);
    let faults = Faults {
        reordering: 1.0,
        reorder_delay_base: Duration::from_millis(100),
        reorder_delay_spread: Duration::ZERO,
        ..Faults::default()
    };
    setup.network.set_faults(faults);
    let end = setup.end("end");
    let late = thread::spawn(move || end.call(&Echo(1)));
    while setup.handled() == 0 {
        thread::sleep(Duration::from_millis(1));
    }
    thread::sleep(Duration::from_millis(5));
    setup.network.set_long_reordering(false);
    assert_eq!(setup.end("other").call(&Echo(2)), Some(2));
    assert!(!late.is_finished());
    setup.network.delete_server("S0");
    assert_eq!(late.join().unwrap(), Some(1), "it had answered before it died");
}

#[test]
fn requests_can_be_doubled() {
    let setup = setup();
    setup.network.set_reliable(false);
    let faults = Faults {
        request_loss: 0.0,
        reply_loss: 0.0,
        duplication: 1.0,
        request_delay_limit: Duration::from_millis(2),
        ..Faults::default()
    };
    setup.network.set_faults(faults);
    let end = setup.end("end");
    for number in 0..20 {
        assert_eq!(end.call(&Echo(number)), Some(number));
    }
    thread::sleep(Duration::from_millis(50));
    assert_eq!((setup.handled(), setup.network.count("S0")), (40, 40));
    assert_eq!(setup.network.total_count(), 20, "what was called, not what arrived");
}

#[test]
fn a_link_can_lose_everything_or_be_late() {
    let setup = setup();
    let (bad, good) = (setup.end("bad"), setup.end("good"));
    setup.network.set_link("bad", LinkFaults { request_loss: 1.0, ..LinkFaults::default() });
    assert_eq!((bad.call(&Echo(1)), setup.handled()), (None, 0));
    setup.network.set_link("bad", LinkFaults { reply_loss: 1.0, ..LinkFaults::default() });
    assert_eq!((bad.call(&Echo(1)), setup.handled()), (None, 1));
    assert_eq!(good.call(&Echo(2)), Some(2));

    let delay = Duration::from_millis(20);
    let late = LinkFaults { request_delay: delay, reply_delay: delay, ..LinkFaults::default() };
    setup.network.set_link("bad", late);
    let start = Instant::now();
    assert_eq!(bad.call(&Echo(1)), Some(1));
    assert!(start.elapsed() >= delay * 2);
}

#[test]
fn a_link_can_be_cut_one_way() {
    let setup = setup();
    let end = setup.end("end");
    let cut = |direction| {
        setup.network.set_link("end", LinkFaults { cut: direction, ..LinkFaults::default() });
    };
    cut(Some(Cut::Requests));
    assert_eq!((end.call(&Echo(1)), setup.handled()), (None, 0));
    cut(Some(Cut::Replies));
    assert_eq!((end.call(&Echo(1)), setup.handled()), (None, 1));
    cut(None);
    assert_eq!(end.call(&Echo(1)), Some(1));
}

/// Which of 200 calls over a lossy end succeed.
fn successes(seed: u64, end: &str) -> Vec<bool> {
    let network = Network::with_seed(seed);
    let mut server = Server::new();
    server.on(|Echo(number)| number);
    network.add_server("S0", server);
    network.set_reliable(false);
    network.set_faults(Faults { request_delay_limit: Duration::ZERO, ..Faults::default() });
    let caller = network.make_end(end);
    network.connect(end, "S0");
    network.enable(end, true);
    (0..200).map(|number| caller.call(&Echo(number)).is_some()).collect()
}

#[test]
fn a_seed_fixes_the_fate_of_every_call_on_a_link() {
    assert_eq!(successes(1, "a"), successes(1, "a"));
    assert_ne!(successes(1, "a"), successes(2, "a"));
    assert_ne!(successes(1, "a"), successes(1, "b"));
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
        (me.name().to_owned(), me.server().map(str::to_owned))
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

#[test]
fn a_second_end_of_a_name_leaves_the_first_as_it_is() {
    let setup = setup();
    let end = setup.end("end");
    let network = setup.network.clone();
    assert!(thread::spawn(move || drop(network.make_end("end"))).join().is_err());
    assert_eq!(end.call(&Echo(1)), Some(1));
    setup.network.enable("end", false);
    assert_eq!(end.call(&Echo(1)), None);
}

#[test]
#[should_panic(expected = "there is a client end \"end\" already")]
fn an_end_is_made_once() {
    let network = Network::with_seed(1);
    network.make_end("end");
    network.make_end("end");
}

#[test]
#[should_panic(expected = "there is no client end \"end\"")]
fn an_end_must_exist() {
    Network::with_seed(1).enable("end", true);
}

#[test]
#[should_panic(expected = "there is no server \"S9\" now")]
fn a_count_needs_a_server() {
    let _ = Network::with_seed(1).count("S9");
}

#[test]
#[should_panic(expected = "unknown method in Test.Unknown: the server S0 handles [Test.Block, Te")]
fn an_unknown_method_is_told_with_the_known_ones() {
    let setup = setup();
    setup.end("end").call(&Unknown);
}

#[test]
#[should_panic(expected = "unknown service in Other.Echo: the server S0 handles [Test.Block, Te")]
fn an_unknown_service_is_told_with_the_known_ones() {
    let setup = setup();
    setup.end("end").call(&Elsewhere);
}

#[test]
#[should_panic(expected = "this server has a handler for Test.Echo already")]
fn a_second_handler_for_one_name_is_refused() {
    let mut server = Server::new();
    server.on(|Echo(number)| number);
    server.on(|Echo(number)| number + 1);
}
