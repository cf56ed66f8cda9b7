//! The checker against two oracles: trying every order, and the plain model with whole strings.
//!
//! The histories are small and nasty: moments coincide, operations are pending, texts are
//! beginnings of each other and are written more than once, and half of the histories began as
//! real executions, so that about as many are linearizable as are not.

mod every_order;
mod histories;

use every_order::has_order;
use histories::{Record, arbitrary_reads, executed, history};
use linear::kv::{Plain, PlainAction, PlainOperation};
use linear::{Limits, Timed, Verdict, check};
use proptest::prelude::*;

fn plain(records: &[Record]) -> Vec<Timed<PlainOperation>> {
    let plain = |record: &Record| Timed {
        client: record.client,
        call: record.call(),
        returned: record.returned(),
        operation: PlainOperation { key: String::from("k"), action: record.action.clone() },
    };
    records.iter().map(plain).collect()
}

fn verdict_in_plain(records: &[Record]) -> Verdict {
    check(&Plain, &plain(records), &Limits::default()).verdict
}

/// The verdict, whether it prunes or not and remembers in full or by hashes.
fn verdict(records: &[Record]) -> bool {
    let all = [(true, false), (true, true), (false, false), (false, true)];
    let verdicts = all.map(|(prunes, is_exact)| {
        let limits = Limits { prunes, is_exact, ..Limits::default() };
        let checked = history(records).check(&limits);
        assert!(!matches!(checked.verdict, Verdict::Unknown));
        checked.verdict.is_ok()
    });
    assert!(verdicts.iter().all(|verdict| *verdict == verdicts[0]), "{verdicts:?}");
    verdicts[0]
}

/// Checks that a violation's prefix is an order, and that its witness has none.
fn assert_violation_holds(records: &[Record]) {
    let checked = history(records).check(&Limits::default());
    let Some(violation) = checked.verdict.violation() else { return };
    assert!(!violation.witness.is_empty() && violation.is_confirmed);
    assert!(!violation.prefix.contains(&violation.stuck));
    // The prefix is an order: all that had to come before something in it are in it, too.
    let order: Vec<&Record> = violation.prefix.iter().map(|&number| &records[number]).collect();
    for (place, earlier) in order.iter().enumerate() {
        let later = &order[place + 1..];
        assert!(later.iter().all(|later| later.is_pending || later.end >= earlier.start));
    }
    let mut value = String::new();
    for record in order {
        match &record.action {
            PlainAction::Get(read) => assert_eq!(*read, value),
            PlainAction::Put(text) => value.clone_from(text),
            PlainAction::Append(text) => value += text,
        }
    }
    // The witness is illegal, even if all other writes may come at any time.
    let loose = |(number, record): (usize, &Record)| match violation.witness.contains(&number) {
        true => Some(record.clone()),
        false => record.relaxed(),
    };
    let witness: Vec<Record> = records.iter().enumerate().filter_map(loose).collect();
    assert!(!has_order(&witness), "{violation}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases * 4))]

    #[test]
    fn arbitrary_reads_are_judged_as_by_trying_every_order(records in arbitrary_reads(6)) {
        prop_assert_eq!(verdict(&records), has_order(&records));
        prop_assert_eq!(verdict_in_plain(&records).is_ok(), has_order(&records));
        assert_violation_holds(&records);
    }

    #[test]
    fn executed_histories_are_judged_as_by_trying_every_order(records in executed(7)) {
        prop_assert_eq!(verdict(&records), has_order(&records));
        prop_assert_eq!(verdict_in_plain(&records).is_ok(), has_order(&records));
        assert_violation_holds(&records);
    }

    #[test]
    fn longer_histories_are_judged_as_by_the_plain_model(records in executed(16)) {
        prop_assert_eq!(verdict(&records), verdict_in_plain(&records).is_ok());
    }
}
