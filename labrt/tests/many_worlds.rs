//! Worlds leave no memory behind: a process may run any number of them. In a binary of its own, so
//! that no other test allocates meanwhile.

use std::fs;

use labrt::channel::unbounded;
use labrt::sim::{Backend, Schedule, simulate};
use labrt::sync::Mutex;
use labrt::thread;
use labrt::time::Duration;
use labrt::world::Options;

/// Resident memory in MB, where the OS tells it this way.
fn resident_mb() -> Option<f64> {
    let statm = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096.0 / 1e6)
}

fn world(seed: u64, backend: Backend, body: fn()) {
    let limit = Duration::from_secs(60);
    let options = Options { name: "one_of_many".into(), seed, time_limit: limit };
    let ended = simulate(options, Schedule { backend, ..Schedule::default() }, body);
    assert!(ended.result.is_ok() && ended.leaked.is_empty());
}

/// Threads that wait in several ways and own some memory when their world ends.
fn blocked() {
    let lock = std::sync::Arc::new(Mutex::new(()));
    let _held = lock.lock();
    let (sender, receiver) = unbounded();
    for number in 0..10 {
        let (lock, receiver, owned) = (lock.clone(), receiver.clone(), vec![1u8; 10_000]);
        sender.send(owned.clone()).unwrap();
        thread::spawn(move || {
            match number % 3 {
                0 => drop(lock.lock()),
                1 => thread::park(),
                _ => receiver.iter().for_each(drop),
            }
            drop(owned);
        });
    }
    thread::sleep(Duration::from_millis(1));
}

fn tiny() {
    drop(thread::spawn(|| thread::sleep(Duration::from_secs(1))));
    thread::yield_now();
}

/// Memory after `worlds` more is as before, to a few MB.
fn flat(worlds: u64, backend: Backend, body: fn()) {
    (0..worlds / 10).for_each(|seed| world(seed, backend, body));
    let before = resident_mb();
    (0..worlds).for_each(|seed| world(seed, backend, body));
    let (Some(before), Some(after)) = (before, resident_mb()) else { return };
    println!("{worlds} worlds on {backend:?}: {before:.1} MB, then {after:.1} MB");
    assert!(after < before + 4.0, "{worlds} worlds: {before:.1} MB, then {after:.1} MB");
}

/// One test, so that no other takes memory at the same time.
#[test]
fn many_worlds_leave_nothing_behind() {
    flat(2_000, Backend::Coroutines, blocked);
    flat(200, Backend::Threads, blocked);
    flat(100_000, Backend::Coroutines, tiny);
}
