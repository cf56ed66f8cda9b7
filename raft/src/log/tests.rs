use super::*;
use crate::testing::fixture::{entry, log_of, terms_of};

#[test]
fn a_new_log_has_only_its_sentinel() {
    let log = Log::new();
    assert_eq!((log.snapshot_index(), log.last(), log.last_term()), (Index(0), Index(0), Term(0)));
    assert_eq!(log.term_at(Index(0)), Some(Term(0)));
    assert_eq!(log.term_at(Index(1)), None);
}

#[test]
fn entries_are_found_by_index_before_and_after_compaction() {
    let mut log = log_of(&[1, 1, 2, 3, 3]);
    log.compact(Index(3));
    assert_eq!((log.snapshot_index(), log.snapshot_term()), (Index(3), Term(2)));
    assert_eq!((log.last(), log.last_term()), (Index(5), Term(3)));
    assert_eq!(log.term_at(Index(2)), None);
    assert_eq!(log.term_at(Index(3)), Some(Term(2)));
    assert_eq!(log.entry(Index(4)), &entry(4, 3));
    assert_eq!(log.term_at(Index(6)), None);
    assert_eq!(log.append(entry(6, 4)), Index(6));
}

#[test]
#[should_panic(expected = "index 3 is not in the log (entries 4 to 5)")]
fn the_sentinel_has_no_command() {
    let mut log = log_of(&[1, 1, 2, 3, 3]);
    log.compact(Index(3));
    log.entry(Index(3));
}

#[test]
fn the_first_and_last_entry_of_a_term() {
    let mut log = log_of(&[1, 1, 1, 4, 4, 6, 6]);
    let firsts: Vec<u64> = (1..=7).map(|index| log.first_of_its_term(Index(index)).0).collect();
    assert_eq!(firsts, [1, 1, 1, 4, 4, 6, 6]);
    assert_eq!(log.last_of_term(Term(0), Index(7)), Some(Index(0)));
    assert_eq!(log.last_of_term(Term(1), Index(7)), Some(Index(3)));
    assert_eq!(log.last_of_term(Term(1), Index(2)), Some(Index(2)));
    assert_eq!(log.last_of_term(Term(4), Index(3)), None);
    assert_eq!(log.last_of_term(Term(5), Index(7)), None);
    assert_eq!(log.last_of_term(Term(9), Index(7)), None);

    log.compact(Index(2));
    assert_eq!(log.first_of_its_term(Index(3)), Index(3));
    assert_eq!(log.last_of_term(Term(1), Index(7)), Some(Index(3)));
    assert_eq!(log.last_of_term(Term(0), Index(7)), None);
    assert_eq!(log.last_of_term(Term(1), Index(1)), None);
}

#[test]
fn a_message_takes_what_fits_and_at_least_one_entry() {
    let mut log = Log::new();
    for length in [10, 10, 10, 50, 1] {
        log.append(Entry { term: Term(1), command: vec![0; length].into() });
    }
    let taken = |first, bytes| log.entries_from(Index(first), bytes).len();
    let empty = size_of::<Entry>();
    assert_eq!(taken(1, 81 + 5 * empty), 5);
    assert_eq!(taken(1, 80 + 5 * empty), 4, "an entry has a size besides its command");
    assert_eq!(taken(1, 29 + 3 * empty), 2);
    assert_eq!(taken(1, 1), 1);
    assert_eq!(taken(1, 0), 0);
    assert_eq!(taken(4, 20), 1);
    assert_eq!(taken(6, 100), 0);
}

#[test]
fn a_merge_keeps_what_matches_and_replaces_from_the_first_difference() {
    let leaders: Vec<Entry> = vec![entry(2, 1), entry(3, 3)];
    for (terms, merged, changed) in [
        (&[1][..], &[1, 1, 3][..], Some(2)),
        (&[1, 1], &[1, 1, 3], Some(3)),
        (&[1, 1, 3], &[1, 1, 3], None),
        (&[1, 1, 3, 3], &[1, 1, 3, 3], None),
        (&[1, 1, 2, 2], &[1, 1, 3], Some(3)),
        (&[1, 2, 2, 2], &[1, 1, 3], Some(2)),
    ] {
        let mut log = log_of(terms);
        log.clear_changes();
        log.merge(Index(1), leaders.clone());
        assert_eq!(terms_of(&log), merged, "{terms:?}");
        assert_eq!(log.changed_from(), changed.map(Index), "{terms:?}");
    }
}

#[test]
fn a_merge_skips_what_the_snapshot_covers() {
    let mut log = log_of(&[1, 1, 1]);
    log.compact(Index(2));
    log.clear_changes();
    log.merge(Index(0), vec![entry(1, 1), entry(2, 1)]);
    assert_eq!(log.changed_from(), None);
    log.merge(Index(1), vec![entry(2, 1), entry(3, 1), entry(4, 1)]);
    assert_eq!((log.snapshot_index(), terms_of(&log)), (Index(2), vec![1, 1]));
}
