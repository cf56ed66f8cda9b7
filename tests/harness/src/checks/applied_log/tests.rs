//! Every way in which applied commands can be wrong is reported as its property.

use super::*;

/// S0 has applied 101, 102 and 103; S1 the first of them.
fn record(redelivery: Redelivery) -> AppliedLog<u32> {
    let mut record = AppliedLog::new(3, redelivery);
    for (index, value) in (1..).zip([101, 102, 103]) {
        record.apply(0, index, value).unwrap();
    }
    record.apply(1, 1, 101).unwrap();
    record
}

fn told(result: Result<(), Violation>) -> (Property, String) {
    let Violation { property, what } = result.unwrap_err();
    (property, what)
}

#[test]
fn counts_are_of_servers_that_have_come_that_far() {
    let record = record(Redelivery::Refused);
    assert_eq!([1, 2, 3, 4].map(|index| record.count(index)), [2, 1, 1, 0]);
    assert_eq!(record.highest(), 3);
    assert_eq!(record.value(2), Some(&102));
    assert_eq!(record.value(0), None);
    assert_eq!(record.value(4), None);
}

#[test]
fn a_different_command_at_an_index_is_told() {
    let (property, what) = told(record(Redelivery::Allowed).apply(1, 2, 999));
    assert_eq!(property, Property::StateMachineSafety);
    assert_eq!(what, "at index 2 S0 applied 102, and S1 999");
}

#[test]
fn a_different_command_after_a_restart_is_told() {
    let mut record = record(Redelivery::Allowed);
    record.restart(0);
    assert_eq!(told(record.apply(0, 1, 999)).0, Property::StateMachineSafety);
}

#[test]
fn a_gap_is_told() {
    for redelivery in [Redelivery::Allowed, Redelivery::Refused] {
        let (property, what) = told(record(redelivery).apply(1, 3, 103));
        assert_eq!(property, Property::AppliedOrder);
        assert_eq!(what, "S1 applied index 3 after index 1");
    }
}

#[test]
fn index_0_is_out_of_order() {
    assert_eq!(told(record(Redelivery::Allowed).apply(2, 0, 1)).0, Property::AppliedOrder);
}

#[test]
fn a_restarted_server_may_not_skip_what_it_applied_before() {
    let mut record = record(Redelivery::Allowed);
    record.restart(0);
    assert_eq!(told(record.apply(0, 4, 104)).0, Property::AppliedOrder);
}

#[test]
fn an_index_applied_twice_is_sound_only_for_the_plain_applier() {
    assert_eq!(record(Redelivery::Allowed).apply(0, 2, 102), Ok(()));
    assert_eq!(told(record(Redelivery::Refused).apply(0, 2, 102)).0, Property::AppliedOrder);
}

#[test]
fn a_snapshot_takes_a_server_to_its_index() {
    let mut record = record(Redelivery::Refused);
    record.ingest(2, &[101, 102]).unwrap();
    assert_eq!(record.reached(2), 2);
    record.apply(2, 3, 103).unwrap();
}

#[test]
fn a_snapshot_with_a_different_command_is_told() {
    let (property, _) = told(record(Redelivery::Refused).ingest(2, &[101, 999]));
    assert_eq!(property, Property::StateMachineSafety);
}

#[test]
fn a_snapshot_of_what_nobody_applied_is_told() {
    let (property, what) = told(record(Redelivery::Refused).ingest(2, &[101, 102, 103, 104]));
    assert_eq!(property, Property::SnapshotsIntact);
    assert!(what.contains("up to index 4") && what.contains("more than 3"), "{what}");
}

#[test]
fn a_leader_that_lacks_what_was_applied_is_told() {
    let record = record(Redelivery::Allowed);
    let suspect = Suspect { server: 1, term: 7, index: 2 };
    assert_eq!(record.check_appended(suspect, 8), Ok(()), "it was out of date");
    let (property, what) = told(record.check_appended(suspect, 7));
    assert_eq!(property, Property::NothingVanishes);
    assert!(what.contains("S1, leader of term 7, put a new command at index 2"), "{what}");
}

#[test]
fn what_no_live_server_has_at_the_end_is_told() {
    let mut record = record(Redelivery::Allowed);
    assert_eq!(record.check_all_present(0..3), Ok(()));
    record.restart(0);
    let (property, what) = told(record.check_all_present(0..3));
    assert_eq!(property, Property::NothingVanishes);
    assert!(what.starts_with("S0 had applied 102 at index 2"), "{what}");
}
