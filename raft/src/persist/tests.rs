use proptest::prelude::*;

use super::*;
use crate::situation::{Server, follower, start, step};

fn entries(log: &Log) -> Vec<Entry> {
    log.entries_from(log.base().next(), usize::MAX)
}

fn append(log: &mut Log, term: u64, length: usize) {
    log.append(Entry { term: Term(term), command: vec![7; length].into() });
}

#[test]
fn a_new_server_finds_nothing() {
    let server = Server::start(ServerId(0), 3, Persister::new());
    assert_eq!((server.term, server.voted_for, server.log.last()), (Term(0), None, Index(0)));
}

#[test]
fn a_restarted_server_has_its_term_vote_log_and_snapshot_and_nothing_else() {
    let mut server = follower(0, 3, 4, &[1, 1, 3, 4]);
    step(&mut server, |state| state.voted_for = Some(ServerId(2)));
    step(&mut server, |state| state.commit_up_to(Index(3)));
    step(&mut server, State::next_to_apply);
    step(&mut server, State::next_to_apply);
    step(&mut server, |state| state.take_snapshot(Index(2), "snapshot".into()));

    let mut found = server.restarted();
    assert_eq!((found.term, found.voted_for), (Term(4), Some(ServerId(2))));
    assert_eq!((found.log.base(), found.log.base_term()), (Index(2), Term(1)));
    assert_eq!(entries(&found.log), entries(&server.log));
    assert_eq!(found.snapshot, "snapshot");
    assert_eq!((found.commit_index, found.last_applied), (Index(2), Index(2)));

    step(&mut found, |state| state.observe_term(Term(5), start()));
    assert_eq!(found.restarted().snapshot, "snapshot", "what was found is saved again");
}

#[test]
fn nothing_is_saved_when_nothing_changed() {
    let mut server = follower(0, 3, 4, &[1]);
    let disk = Persister::new();
    server.commit_up_to(Index(1));
    server.persist(&disk);
    assert_eq!(disk.state_size(), 0);
    server.term = Term(5);
    server.persist(&disk);
    assert_eq!(Server::start(ServerId(0), 3, disk).term, Term(5));
}

#[test]
#[should_panic(expected = "the saved state of S0 was believed to be whole")]
fn a_damaged_state_is_not_taken_for_a_state() {
    let disk = Persister::new();
    State::new(ServerId(0), 3, start()).persist(&disk);
    let mut damaged = disk.state();
    damaged.pop();
    disk.save(damaged, Bytes::new());
    Server::start(ServerId(0), 3, disk);
}

#[test]
fn saving_costs_what_changed() {
    const APPENDS: usize = 10_000;
    let mut log = Log::new();
    let mut encoded = EncodedLog::default();
    let mut written = 0;
    for _ in 0..APPENDS {
        append(&mut log, 1, 20);
        written += encoded.follow(&mut log);
        log.mark_settled();
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
        encoded.follow(&mut log);
        log.mark_settled();
        if round % 70 == 69 {
            log.compact(log.base() + 40);
            encoded.follow(&mut log);
            log.mark_settled();
        }
        let mut index = log.base().next();
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
    let mut written = encoded.follow(&mut log);
    log.mark_settled();
    let entry = written / tail;
    for _ in 0..ROUNDS {
        for _ in 0..10 {
            append(&mut log, 1, 20);
            written += encoded.follow(&mut log);
            log.mark_settled();
        }
        log.compact(log.base() + 10);
        written += encoded.follow(&mut log);
        log.mark_settled();
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
            let previous = Index(log.last().0.saturating_sub(back as u64)).max(log.base());
            let entry = Entry { term: Term(term), command: "new".into() };
            log.merge(previous, vec![entry; entries]);
        }
        Change::Compact { ahead } => {
            let base = log.base() + ahead;
            if ahead > 0 && base <= log.last() {
                log.compact(base);
            }
        }
        Change::StartFrom { ahead } => *log = Log::after(log.last() + ahead, Term(term)),
    }
}

proptest! {
    #[test]
    fn what_is_found_equals_what_was_saved(rounds in changes()) {
        let mut server = follower(0, 3, 1, &[]);
        for (round, changes) in rounds.iter().enumerate() {
            for change in changes {
                apply(change, &mut server.log, round as u64 + 1);
            }
            server.save();
            let found = server.restarted();
            prop_assert_eq!(found.log.base(), server.log.base());
            prop_assert_eq!(found.log.base_term(), server.log.base_term());
            prop_assert_eq!(entries(&found.log), entries(&server.log));
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
            encoded.follow(&mut log);
            log.mark_settled();
            let lengths: Vec<usize> =
                encoded.segments.iter().skip(1).map(|segment| segment.bytes().len()).collect();
            prop_assert!(lengths.windows(2).all(|pair| pair[0] >= 2 * pair[1]), "{lengths:?}");
        }
    }
}
