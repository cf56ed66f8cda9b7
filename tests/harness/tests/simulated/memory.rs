//! The cap on memory, under simulation.

use crate::{FIGURES, simulate};
use course::Verdict;
use labrpc::{Faults, Network, Rpc};
use labrt::thread;
use labrt::time::Duration;
use labrt::world;
use serde::{Deserialize, Serialize};
use std::hint::{black_box, spin_loop};

/// Passes the cap, and stays there.
fn eat_memory() {
    let mut hoard = Vec::new();
    while !world::failed() {
        // The cap is looked at now and then: no more, so as not to hit the outer wall first.
        match hoard.len() {
            300.. => spin_loop(),
            _ => hoard.push(vec![1_u8; 1 << 20]),
        }
        black_box(&hoard);
    }
}

#[test]
fn a_seed_that_eats_memory_is_told_and_ends_the_process() {
    let name = "memory::a_seed_that_eats_memory_is_told_and_ends_the_process";
    let left = simulate(name, "5..9", || {
        if world::seed() == 6 {
            eat_memory();
        }
        FIGURES
    });
    assert_eq!(left.seeds(Verdict::Passed), [5], "{}", left.output);
    let what = left.ended[1].what.as_deref().unwrap();
    assert!(what.starts_with("the test uses ") && what.contains("256 MiB"), "{what}");
    assert_eq!((left.open, left.status.code()), (None, Some(1)));
}

#[derive(Serialize, Deserialize)]
struct Append(Vec<u8>);

impl Rpc for Append {
    const NAME: &'static str = "Raft.Append";
    type Reply = ();
}

#[test]
fn what_holds_the_memory_is_told_at_the_head() {
    let name = "memory::what_holds_the_memory_is_told_at_the_head";
    let left = simulate(name, "5..6", || {
        let network = Network::new();
        let years = Duration::from_secs(1 << 30);
        network.set_faults(Faults { dead_delay_limit: years, ..Faults::default() });
        let end = network.make_end("S2 to S0");
        for _ in 0..3000 {
            let end = end.clone();
            let message = thread::Builder::new().name("message").server("S2");
            let message = message.spawn(move || end.call(&Append(vec![1; 10 << 10])));
            message.expect("there are not many threads");
        }
        // Threads of a server may begin late.
        thread::sleep(Duration::from_secs(1));
        eat_memory();
        FIGURES
    });
    let what = left.ended[0].what.as_deref().unwrap();
    let report = left.ended[0].report.as_deref().unwrap();
    assert!(
        what.contains("; 3000 of 3001 threads work for S2 and sleep, in tests/harness"),
        "{what}"
    );
    let calls = "\n  calls in flight: 3000 to servers that cannot be reached, 0 others; ";
    assert!(report.starts_with(&format!("{what}{calls}")), "{report}");
    assert!(report.contains("(x3000)  "), "one line for all: {report}");
}

#[test]
fn a_world_of_many_threads_is_not_taken_for_one_that_eats_memory() {
    let name = "memory::a_world_of_many_threads_is_not_taken_for_one_that_eats_memory";
    let left = simulate(name, "5..6", || {
        let sleeper = |_| thread::spawn(|| thread::sleep(Duration::from_secs(1)));
        let sleepers: Vec<_> = (0..20_000).map(sleeper).collect();
        sleepers.into_iter().for_each(|sleeper| sleeper.join().unwrap());
        FIGURES
    });
    assert_eq!(left.seeds(Verdict::Passed), [5], "{}", left.output);
}
