//! What POS and SURW promise, on programs small enough to say how likely each order of their
//! operations is.

use std::collections::BTreeMap;
use std::sync::Arc;

use labrt::sim::{Backend, Policy};
use labrt::sync::atomic::{AtomicU64, Ordering};
use labrt::thread;
use labrt::time::Duration;
use parking_lot::Mutex;

use crate::schedules::{BACKENDS, world};

const SEEDS: u64 = 300;

/// Races in one world. Those of the first ten are not counted: SURW learns.
const RACES: usize = 70;

/// Two threads that begin together: `short` does some operations and `long` some others, on one
/// atomic or each on its own. The orders in which they did them, as `slll`.
fn races(seed: u64, backend: Backend, policy: Policy, steps: [usize; 2], one: bool) -> Vec<String> {
    let races = move || {
        let race = |_| {
            let order = Arc::new(Mutex::new(String::new()));
            let atomics = [(); 2].map(|()| Arc::new(AtomicU64::new(0)));
            let act = |name, steps, atomic: usize| {
                let (order, atomic) = (order.clone(), atomics[atomic].clone());
                move || {
                    for _ in 0..steps {
                        atomic.fetch_add(1, Ordering::SeqCst);
                        order.lock().push(name);
                    }
                }
            };
            let (short, long) = (act('s', steps[0], 0), act('l', steps[1], usize::from(!one)));
            let begin = Duration::from_millis(1);
            let short = thread::spawn(move || {
                thread::sleep(begin);
                short();
            });
            let long = thread::spawn(move || {
                thread::sleep(begin);
                long();
            });
            [short, long].into_iter().for_each(|thread| thread.join().unwrap());
            order.lock().clone()
        };
        (0..RACES).map(race).skip(10).collect()
    };
    world(seed, backend, Some(policy), races).result.unwrap()
}

/// How often each order came, in percent.
fn shares(policy: Policy, steps: [usize; 2], one: bool) -> BTreeMap<String, f64> {
    let mut shares = BTreeMap::new();
    let orders = (0..SEEDS).flat_map(|seed| races(seed, Backend::Coroutines, policy, steps, one));
    let orders: Vec<_> = orders.collect();
    let each = 100.0 / orders.len() as f64;
    orders.into_iter().for_each(|order| *shares.entry(order).or_default() += each);
    shares
}

#[test]
fn surw_makes_every_interleaving_as_likely_as_another() {
    let extremes = |shares: &BTreeMap<String, f64>| {
        let shares = || shares.values().copied();
        (shares().fold(100.0, f64::min), shares().fold(0.0, f64::max))
    };
    // 45 of them, of 2.2 % each.
    let uniform = shares(Policy::Surw { one_in: 1 }, [2, 8], true);
    assert_eq!(uniform.len(), 45);
    let (least, most) = extremes(&uniform);
    println!("SURW: each of 45 interleavings in {least:.2} to {most:.2} % of races");
    assert!(least > 1.6 && most < 2.9, "{least} to {most}");

    let fair = shares(Policy::Random { preemption: 1.0 }, [2, 8], true);
    let (least, most) = extremes(&fair);
    println!("each thread as likely: {least:.2} to {most:.2} %");
    assert!(least < 0.6 && most > 20.0, "{least} to {most}");
}

#[test]
fn under_pos_one_operation_comes_after_many_others_as_often_as_it_comes_anywhere() {
    let last = |policy, one| {
        let shares = shares(policy, [1, 7], one);
        let last = shares.get("llllllls").copied().unwrap_or_default();
        println!("{policy:?}, on one atomic: {one}: the one comes last in {last:.2} % of races");
        last
    };
    // Of eight operations with a priority each it has the lowest: once in eight times.
    let apart = last(Policy::Pos, false);
    assert!((11.5..13.5).contains(&apart), "{apart}");
    // If they conflict, each that comes first is a new draw: one of 128 times.
    let conflicting = last(Policy::Pos, true);
    assert!((0.5..1.1).contains(&conflicting), "{conflicting}");
    let fair = last(Policy::Random { preemption: 1.0 }, false);
    assert!((0.5..3.0).contains(&fair), "{fair}");
}

#[test]
fn both_back_ends_race_alike() {
    for policy in [Policy::Pos, Policy::Surw { one_in: 1 }] {
        let [coroutines, threads] = BACKENDS.map(|backend| races(7, backend, policy, [2, 8], true));
        assert_eq!(coroutines, threads, "{policy:?}");
    }
}
