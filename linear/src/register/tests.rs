use super::*;
use std::time::Duration;

fn timed(call: u64, returned: Option<u64>, operation: Operation) -> Timed<Operation> {
    let moment = Duration::from_nanos;
    Timed { client: call, call: moment(call), returned: returned.map(moment), operation }
}

fn is_linearizable(operations: &[Timed<Operation>]) -> bool {
    let history = History { operations: operations.to_vec(), counts_lines: false };
    history.check(&Limits::default()).verdict.is_ok()
}

fn compare(from: i64, to: i64, succeeded: bool) -> Operation {
    Operation::CompareAndSet { from, to, succeeded }
}

#[test]
fn a_register_holds_nothing_at_first_and_then_what_was_written_last() {
    let nothing = timed(0, Some(1), Operation::Read(None));
    let write = timed(2, Some(3), Operation::Write(4));
    let read = |value| timed(4, Some(5), Operation::Read(value));
    assert!(is_linearizable(&[nothing.clone(), write.clone(), read(Some(4))]));
    assert!(!is_linearizable(&[nothing.clone(), write.clone(), read(None)]));
    assert!(!is_linearizable(&[nothing, write, read(Some(5))]));
}

#[test]
fn a_comparison_writes_if_it_finds_what_it_is_to() {
    let write = timed(0, Some(1), Operation::Write(4));
    let read = |value| timed(4, Some(5), Operation::Read(Some(value)));
    let done = timed(2, Some(3), compare(4, 6, true));
    assert!(is_linearizable(&[write.clone(), done.clone(), read(6)]));
    assert!(!is_linearizable(&[write.clone(), done, read(4)]));
    let not_done = timed(2, Some(3), compare(4, 6, false));
    assert!(!is_linearizable(&[write, not_done, read(4)]));
}

#[test]
fn what_nobody_heard_of_may_have_been_done_at_any_time_since_or_never() {
    let write = timed(0, None, Operation::Write(4));
    let compared = timed(1, None, compare(4, 6, true));
    for value in [None, Some(4), Some(6)] {
        let read = timed(10, Some(11), Operation::Read(value));
        assert!(is_linearizable(&[write.clone(), compared.clone(), read]), "{value:?}");
    }
    let early = timed(0, Some(1), Operation::Read(Some(4)));
    assert!(!is_linearizable(&[early, timed(2, None, Operation::Write(4))]));
}
