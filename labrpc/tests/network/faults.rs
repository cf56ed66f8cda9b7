//! The faults that can be asked for, and the dice.

use labrpc::{Cut, Faults, LinkFaults, Network, Server};
use labrt::thread;
use labrt::time::{Duration, Instant};

use crate::setup::{Echo, setup};

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
