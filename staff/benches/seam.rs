//! What the facade costs: its operations beside the bare crate's, in one run.
//!
//! `cargo bench -p staff --bench seam`. Each pair is measured in turns, so that a busy machine
//! slows both; the median of the turns, and their ratio. The aim: at or under 1.3.

use std::hint::black_box;
use std::time::Instant;

const TURNS: usize = 41;
const OPERATIONS: u32 = 400_000;

fn main() {
    println!("the facade beside the bare crate: ns per operation, medians of {TURNS} turns");
    let facade = labrt::sync::Mutex::new(0u64);
    let bare = parking_lot::Mutex::new(0u64);
    compare(
        "mutex lock + unlock",
        || *black_box(&facade).lock() += 1,
        || *black_box(&bare).lock() += 1,
    );
    let facade = labrt::channel::unbounded();
    let bare = crossbeam_channel::unbounded();
    compare(
        "unbounded send + recv",
        || {
            facade.0.send(black_box(1u64)).unwrap();
            black_box(facade.1.recv().unwrap());
        },
        || {
            bare.0.send(black_box(1u64)).unwrap();
            black_box(bare.1.recv().unwrap());
        },
    );
    let facade = labrt::channel::bounded(8);
    let bare = crossbeam_channel::bounded(8);
    compare(
        "bounded send + recv",
        || {
            facade.0.send(black_box(1u64)).unwrap();
            black_box(facade.1.recv().unwrap());
        },
        || {
            bare.0.send(black_box(1u64)).unwrap();
            black_box(bare.1.recv().unwrap());
        },
    );
    spawning();
}

fn compare(what: &str, mut facade: impl FnMut(), mut bare: impl FnMut()) {
    let mut facades = Vec::new();
    let mut bares = Vec::new();
    for _ in 0..TURNS {
        facades.push(nanoseconds(OPERATIONS, &mut facade));
        bares.push(nanoseconds(OPERATIONS, &mut bare));
    }
    let (facade, bare) = (median(facades), median(bares));
    println!("  {what:<24} facade {facade:7.1}   bare {bare:7.1}   ratio {:.2}", facade / bare);
}

/// A spawn and join, of a used thread and of a fresh one.
fn spawning() {
    let turns = |operation: &mut dyn FnMut()| {
        median((0..TURNS).map(|_| nanoseconds(500, &mut *operation)).collect())
    };
    let facade = turns(&mut || labrt::thread::spawn(|| ()).join().unwrap());
    let bare = turns(&mut || std::thread::spawn(|| ()).join().unwrap());
    println!(
        "  {:<24} facade {facade:7.0}   bare {bare:7.0}   ratio {:.2}",
        "spawn + join",
        facade / bare
    );
}

fn nanoseconds(operations: u32, mut operation: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..operations {
        operation();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(operations)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
