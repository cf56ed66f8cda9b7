//! Does the simulation find bugs? Four programs with a bug, each with the share of seeds that show
//! it.
//!
//! Preempting at operations without contention is what finds them: without it no seed does.

use std::sync::Arc;

use labrt::sim::{Policy, Schedule, simulate};
use labrt::sync::Mutex;
use labrt::sync::atomic::{AtomicU64, Ordering};
use labrt::thread;
use labrt::time::Duration;
use labrt::world::Options;

use crate::schedules::LIMIT;

const SEEDS: u64 = 2000;

/// Two threads take two locks, each in its own order.
fn abba() {
    let locks = Arc::new((Mutex::new(()), Mutex::new(())));
    let other = locks.clone();
    let thread = thread::spawn(move || {
        let _second = other.1.lock();
        let _first = other.0.lock();
    });
    let first = locks.0.lock();
    drop(locks.1.lock());
    drop(first);
    thread.join().unwrap();
}

/// Two threads read under a lock, give it back, and write under it.
fn lost_update() {
    let number = Arc::new(Mutex::new(0));
    let threads = [(); 2].map(|()| {
        let number = number.clone();
        thread::spawn(move || {
            let value = *number.lock();
            *number.lock() = value + 1;
        })
    });
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(*number.lock(), 2);
}

/// Three events must come in one order, among threads that make a noise.
fn depth_three() {
    let (step, noise) = (Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(0)));
    for _ in 0..6 {
        let noise = noise.clone();
        thread::spawn(move || (0..10).for_each(|_| *noise.lock() += 1));
    }
    let setter = step.clone();
    thread::spawn(move || {
        setter.store(1, Ordering::SeqCst);
        setter.store(2, Ordering::SeqCst);
    });
    let watcher = thread::spawn(move || {
        let seen = [(); 2].map(|()| step.load(Ordering::SeqCst));
        assert_ne!(seen, [1, 2]);
    });
    watcher.join().unwrap();
}

/// Two threads of the same period check something, then act on it.
fn common_tick() {
    let leader = Arc::new(Mutex::new(None));
    let tickers = [1, 2].map(|me| {
        let leader = leader.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            if leader.lock().is_none() {
                let before = leader.lock().replace(me);
                assert_eq!(before, None, "two leaders");
            }
        })
    });
    tickers.into_iter().for_each(|ticker| ticker.join().unwrap());
}

/// The percentage of seeds that show the bug. PCT is told how long the world is: as long as one
/// that does not preempt.
fn found(bug: fn(), policy: Option<Policy>) -> f64 {
    let world = |seed, policy, expected_points| {
        let options = Options { name: "bug".into(), seed, time_limit: LIMIT };
        simulate(options, Schedule { policy, expected_points, ..Schedule::default() }, bug)
    };
    let points = world(0, Some(Policy::Random { preemption: 0.0 }), 0).points;
    let shows = |seed: &u64| world(*seed, policy, points).result.is_err();
    (0..SEEDS).filter(shows).count() as f64 * 100.0 / SEEDS as f64
}

#[test]
fn most_seeds_preempt_enough_to_find_what_no_plain_run_does() {
    let bugs: [(&str, fn()); 4] = [
        ("ABBA deadlock", abba),
        ("lost update", lost_update),
        ("depth three, among noise", depth_three),
        ("check-then-act at a tick", common_tick),
    ];
    let preemption = [0.0, 0.02, 0.1, 0.3, 0.6, 1.0];
    let random = preemption.map(|preemption| Policy::Random { preemption });
    let pct = [1, 2, 3].map(|depth| Policy::Pct { depth });
    let sampled = [Policy::Pos, Policy::Surw { one_in: 1 }, Policy::Surw { one_in: 4 }];
    println!("share of {SEEDS} seeds that show the bug, in percent");
    println!(
        "{:<26}   p=0   .02    .1    .3    .6     1  PCT 1     2     3    POS SURW1 SURW4  mixed",
        ""
    );
    for (name, bug) in bugs {
        let random = random.map(|policy| found(bug, Some(policy)));
        let pct = pct.map(|policy| found(bug, Some(policy)));
        let sampled = sampled.map(|policy| found(bug, Some(policy)));
        let mixed = found(bug, None);
        let figures: String = random
            .iter()
            .chain(&pct)
            .chain(&sampled)
            .chain([&mixed])
            .map(|share| format!("{share:6.1}"))
            .collect();
        println!("{name:<26}{figures}");
        let [never, _, seldom, .., always] = random;
        assert_eq!(never, 0.0, "{name}: a plain run shows it");
        assert!(always > seldom, "{name}");
        assert!(sampled[0] > 0.0 && sampled[1] > 0.0, "{name}: {sampled:?}");
        // A third or less of what is seen.
        let enough = if name.starts_with("depth three") { 0.8 } else { 5.0 };
        assert!(mixed > enough, "{name}: {mixed}");
    }
}
