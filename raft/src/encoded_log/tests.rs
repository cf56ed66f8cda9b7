use proptest::prelude::*;

use super::*;
use crate::testing::fixture::follower;

fn entries(log: &Log) -> Vec<Entry> {
    log.entries_from(log.snapshot_index().next(), usize::MAX)
}

fn append(log: &mut Log, term: u64, length: usize) {
    log.append(Entry { term: Term(term), command: vec![7; length].into() });
}

#[test]
fn saving_costs_what_changed() {
    const APPENDS: usize = 10_000;
    let mut log = Log::new();
    let mut encoded = EncodedLog::default();
    let mut written = 0;
    for _ in 0..APPENDS {
        append(&mut log, 1, 20);
        written += encoded.update(&mut log);
        log.clear_changes();
        assert!(encoded.segments.len() <= 20);
    }
    let length: usize = encoded.pieces().map(|piece| piece.len()).sum();
    let per_byte = written as f64 / length as f64;
    assert!(per_byte < 10.0, "each byte was written {per_byte} times");
}

#[test]
fn a_command_is_kept_once() {
    let mut log = Log::new();
    let mut encoded = EncodedLog::default();
    for round in 0..200 {
        append(&mut log, 1, round % 30);
        encoded.update(&mut log);
        log.clear_changes();
        if round % 70 == 69 {
            log.compact(log.snapshot_index() + 40);
            encoded.update(&mut log);
            log.clear_changes();
        }
        let mut index = log.snapshot_index().next();
        while index <= log.last() {
            let command = log.entry(index).command.as_ptr_range();
            let holds = |segment: &Segment| {
                let saved = segment.encoded.as_ptr_range();
                saved.start <= command.start && command.end <= saved.end
            };
            let is_empty = log.entry(index).command.is_empty();
            assert!(is_empty || encoded.segments.iter().any(holds), "{index} in round {round}");
            index = index.next();
        }
    }
}

/// How often each byte is written, if the service discards ten entries of every ten, and so
/// leaves a tail of that many.
fn written_per_byte(tail: usize) -> f64 {
    const ROUNDS: usize = 1000;
    let mut log = Log::new();
    let mut encoded = EncodedLog::default();
    (0..tail).for_each(|_| append(&mut log, 1, 20));
    let mut written = encoded.update(&mut log);
    log.clear_changes();
    let entry = written / tail;
    for _ in 0..ROUNDS {
        for _ in 0..10 {
            append(&mut log, 1, 20);
            written += encoded.update(&mut log);
            log.clear_changes();
        }
        log.compact(log.snapshot_index() + 10);
        written += encoded.update(&mut log);
        log.clear_changes();
        let held: usize = encoded.segments.iter().map(|segment| segment.encoded.len()).sum();
        assert!(held <= 2 * entry * (tail + 10), "no more is held than twice what is left");
    }
    written as f64 / (entry * (tail + 10 * ROUNDS)) as f64
}

#[test]
fn discarding_the_beginning_costs_little_however_much_is_left() {
    for tail in [3, 100, 1000, 10_000] {
        let times = written_per_byte(tail);
        assert!(times < 10.0, "each byte was written {times} times with {tail} entries left");
    }
}

/// What may happen to a log between two saves.
#[derive(Clone, Debug)]
enum Change {
    Append { length: usize },
    Overwrite { back: usize, entries: usize },
    Compact { ahead: usize },
    StartFrom { ahead: usize },
}

fn changes() -> impl Strategy<Value = Vec<Vec<Change>>> {
    let change = prop_oneof![
        8 => (0..100_usize).prop_map(|length| Change::Append { length }),
        2 => (0..20_usize, 1..5_usize)
            .prop_map(|(back, entries)| Change::Overwrite { back, entries }),
        2 => (0..20_usize).prop_map(|ahead| Change::Compact { ahead }),
        1 => (1..5_usize).prop_map(|ahead| Change::StartFrom { ahead }),
    ];
    prop::collection::vec(prop::collection::vec(change, 0..5), 0..60)
}

fn apply(change: &Change, log: &mut Log, term: u64) {
    match *change {
        Change::Append { length } => append(log, term, length),
        Change::Overwrite { back, entries } => {
            let previous =
                Index(log.last().0.saturating_sub(back as u64)).max(log.snapshot_index());
            let entry = Entry { term: Term(term), command: "new".into() };
            log.merge(previous, vec![entry; entries]);
        }
        Change::Compact { ahead } => {
            let snapshot_index = log.snapshot_index() + ahead;
            if ahead > 0 && snapshot_index <= log.last() {
                log.compact(snapshot_index);
            }
        }
        Change::StartFrom { ahead } => *log = Log::after(log.last() + ahead, Term(term)),
    }
}

proptest! {
    #[test]
    fn what_is_restored_equals_what_was_saved(rounds in changes()) {
        let mut server = follower(0, 3, 1, &[]);
        for (round, changes) in rounds.iter().enumerate() {
            for change in changes {
                apply(change, &mut server.log, round as u64 + 1);
            }
            server.save();
            let restored = server.restarted();
            prop_assert_eq!(restored.log.snapshot_index(), server.log.snapshot_index());
            prop_assert_eq!(restored.log.snapshot_term(), server.log.snapshot_term());
            prop_assert_eq!(entries(&restored.log), entries(&server.log));
        }
    }

    #[test]
    fn segments_at_least_halve_one_after_the_other(rounds in changes()) {
        let mut log = Log::new();
        let mut encoded = EncodedLog::default();
        for (round, changes) in rounds.iter().enumerate() {
            for change in changes {
                apply(change, &mut log, round as u64 + 1);
            }
            encoded.update(&mut log);
            log.clear_changes();
            let lengths: Vec<usize> =
                encoded.segments.iter().skip(1).map(|segment| segment.bytes().len()).collect();
            prop_assert!(lengths.windows(2).all(|pair| pair[0] >= 2 * pair[1]), "{lengths:?}");
        }
    }
}
