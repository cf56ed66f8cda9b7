//! What both runtimes promise: each test runs on the OS and, over many schedules, on both back ends
//! of the simulation, with the same expectations.
//!
//! Where the crates that the facade mirrors leave a choice (which thread gets the lock, which
//! channel a select takes), so do these tests.

mod bounded;
mod channels;
mod clock;
mod condvar;
mod mutex;
mod once;
mod rwlock;
mod scopes;
mod select;
mod select_macro;
mod threads;

use labrt::sim::Backend;
use labrt::time::Duration;
use labrt::world::{Options, run};

use crate::schedules::{POLICIES, world};

const SEEDS: u64 = 50;

/// Long enough for another thread to have got where it waits, and for a clock to have moved.
const SHORT: Duration = Duration::from_millis(20);
/// Never reached where nothing is wrong.
const LONG: Duration = Duration::from_secs(30);

/// Tells the story everywhere. It fails by panicking, by hanging, or if the two back ends of the
/// simulation come to do different things.
fn everywhere(story: fn()) {
    let options = Options { name: "on the OS".into(), seed: 1, time_limit: LONG * 2 };
    run(options, story).unwrap_or_else(|failure| panic!("on the OS: {failure}"));
    for seed in 0..SEEDS {
        for (number, policy) in (0..).zip(POLICIES) {
            let hash = simulated(seed, Backend::Coroutines, policy, story);
            // The slower back end follows one of the policies with each seed.
            if seed % POLICIES.len() as u64 == number {
                let other = simulated(seed, Backend::Threads, policy, story);
                assert_eq!(hash, other, "seed {seed}, {policy:?}: the back ends differ");
            }
        }
    }
}

fn simulated(seed: u64, backend: Backend, policy: labrt::sim::Policy, story: fn()) -> u64 {
    let ended = world(seed, backend, Some(policy), story);
    let run = format!("seed {seed}, {policy:?}, {backend:?}");
    if let Err(failure) = ended.result {
        panic!("{run}: {failure}");
    }
    assert!(ended.leaked.is_empty(), "{run} leaks {:?}", ended.leaked);
    ended.hash
}
