//! The rows that seeds draw, how often threads are late, and for how long.

use std::collections::BTreeMap;

use super::{JUST_NOW, LateThreads, Occasion};
use crate::sim::options::{LateKind, Lateness};

const KINDS: [LateKind; 6] = [
    LateKind::Off,
    LateKind::Spawned,
    LateKind::Woken,
    LateKind::Relock,
    LateKind::Points,
    LateKind::Mixed,
];

fn of_kind(kind: LateKind, severe: bool) -> LateThreads {
    LateThreads::new(1, Some(Lateness { kind: Some(kind), severe }))
}

#[test]
fn without_lateness_no_thread_is_ever_late() {
    let threads = LateThreads::new(1, None);
    assert_eq!(threads.kind(), LateKind::Off);
    for occasion in [Occasion::Spawned, Occasion::Woken, Occasion::Relock, Occasion::Point] {
        assert!(!threads.has(occasion), "{occasion:?}");
    }
}

#[test]
fn a_seed_draws_each_kind_as_often_as_the_table_says() {
    for (severe, eighths) in [(false, [3, 1, 1, 1, 1, 1]), (true, [2, 1, 1, 2, 1, 1])] {
        let mut drawn = BTreeMap::new();
        for seed in 0..8000 {
            let kind = LateThreads::new(seed, Some(Lateness { kind: None, severe })).kind();
            *drawn.entry(format!("{kind:?}")).or_insert(0) += 1;
        }
        for (kind, eighths) in KINDS.into_iter().zip(eighths) {
            let (count, expected) = (drawn[&format!("{kind:?}")], eighths * 1000);
            assert!((expected - 150..=expected + 150).contains(&count), "{kind:?}: {count}");
        }
    }
}

/// How often, of 100,000 times, a thread is late.
fn late(kind: LateKind, severe: bool, occasion: Occasion) -> usize {
    let mut threads = of_kind(kind, severe);
    if !threads.has(occasion) {
        return 0;
    }
    (0..100_000).filter(|_| threads.draw(occasion).is_some()).count()
}

#[test]
fn threads_are_late_as_often_as_the_kind_says() {
    let rows = [
        (LateKind::Off, false, [0, 0, 0, 0]),
        (LateKind::Spawned, false, [50_000, 0, 0, 0]),
        (LateKind::Woken, false, [25_000, 25_000, 0, 0]),
        (LateKind::Relock, false, [0, 0, 50_000, 0]),
        (LateKind::Relock, true, [0, 0, 100_000, 0]),
        (LateKind::Points, false, [0, 0, 0, 2_000]),
        (LateKind::Mixed, true, [25_000, 10_000, 50_000, 500]),
    ];
    let occasions = [Occasion::Spawned, Occasion::Woken, Occasion::Relock, Occasion::Point];
    for (kind, severe, expected) in rows {
        for (occasion, expected) in occasions.into_iter().zip(expected) {
            let count = late(kind, severe, occasion);
            let off = count.abs_diff(expected);
            assert!(off <= expected / 10, "{kind:?}, {occasion:?}: {count}, not {expected}");
        }
    }
}

#[test]
fn lengths_fill_every_octave_and_no_more() {
    let milliseconds = |count: u64| count * 1_000_000;
    let rows = [
        (LateKind::Woken, Occasion::Woken, false, JUST_NOW, milliseconds(10)),
        (LateKind::Woken, Occasion::Woken, true, JUST_NOW, milliseconds(30)),
        (LateKind::Relock, Occasion::Relock, false, JUST_NOW, milliseconds(10)),
        (LateKind::Relock, Occasion::Relock, true, 500_000, milliseconds(30)),
    ];
    for (kind, occasion, severe, shortest, longest) in rows {
        let mut threads = of_kind(kind, severe);
        let drawn: Vec<_> = (0..20_000).filter_map(|_| threads.draw(occasion)).collect();
        assert!(drawn.iter().all(|length| (shortest..=longest).contains(length)));
        let octaves = (longest / shortest).ilog2();
        for octave in 0..octaves {
            let from = shortest << octave;
            let inside = drawn.iter().filter(|length| (from..2 * from).contains(length)).count();
            let expected = drawn.len() / (octaves as usize + 1);
            assert!(inside.abs_diff(expected) < expected / 4, "{kind:?}: {inside}, {expected}");
        }
    }
}

#[test]
fn the_soonest_goes_first_and_of_one_moment_the_oldest() {
    let mut threads = of_kind(LateKind::Woken, false);
    for (until, number, task) in [(30, 1, 4), (20, 7, 5), (20, 6, 9)] {
        threads.add(until, number, task);
    }
    assert_eq!(threads.soonest(), Some(20));
    let order: Vec<_> = std::iter::from_fn(|| threads.pop()).collect();
    assert_eq!(order, [9, 5, 4]);
}
