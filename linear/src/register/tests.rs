use super::{History, Operation};
use crate::limits::Limits;
use crate::model::Timed;
use proptest::prelude::*;
use std::time::Duration;

fn operation() -> impl Strategy<Value = Operation> {
    let value = || 0..3_i64;
    prop_oneof![
        3 => prop::option::weighted(0.9, value()).prop_map(Operation::Read),
        2 => value().prop_map(Operation::Write),
        3 => (value(), value(), any::<bool>()).prop_map(|(from, to, succeeded)| {
            Operation::CompareAndSet { from, to, succeeded }
        }),
    ]
}

fn timed() -> impl Strategy<Value = Timed<Operation>> {
    let returned = prop::option::weighted(0.85, 0..6_u64);
    (0..9_u64, returned, operation()).prop_map(|(call, returned, operation)| Timed {
        client: call % 3,
        call: Duration::from_nanos(call),
        returned: returned.map(|length| Duration::from_nanos(call + length)),
        operation,
    })
}

/// Tries every order.
fn has_order(left: &[Timed<Operation>], state: Option<i64>) -> bool {
    left.iter().all(|timed| timed.returned.is_none())
        || (0..left.len()).any(|next| {
            let timed = &left[next];
            let too_early = left
                .iter()
                .any(|other| other.returned.is_some_and(|returned| returned < timed.call));
            let mut rest = left.to_vec();
            rest.remove(next);
            !too_early && after(timed, state).is_some_and(|state| has_order(&rest, state))
        })
}

fn after(timed: &Timed<Operation>, state: Option<i64>) -> Option<Option<i64>> {
    match timed.operation {
        Operation::Write(value) => Some(Some(value)),
        Operation::Read(value) => (value == state || timed.returned.is_none()).then_some(state),
        Operation::CompareAndSet { from, to, succeeded } => {
            let holds = state == Some(from);
            let is_known = timed.returned.is_some();
            (!is_known || holds == succeeded).then_some(if holds { Some(to) } else { state })
        }
    }
}

/// What is left of an operation of which nobody knows when it was.
fn let_go(timed: &Timed<Operation>) -> Option<Timed<Operation>> {
    let changes = !matches!(
        timed.operation,
        Operation::Read(_) | Operation::CompareAndSet { succeeded: false, .. }
    );
    (changes || timed.returned.is_none()).then(|| Timed {
        call: Duration::ZERO,
        returned: None,
        ..timed.clone()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases * 8))]

    #[test]
    fn histories_are_judged_as_by_trying_every_order(
        operations in prop::collection::vec(timed(), 0..7),
    ) {
        let history = History { operations, counts_lines: false };
        let exact = Limits { is_exact: true, ..Limits::default() };
        let checked = history.check(&Limits::default());
        prop_assert_eq!(checked.verdict.is_ok(), has_order(&history.operations, None));
        prop_assert_eq!(checked.verdict.is_ok(), history.check(&exact).verdict.is_ok());
        if let Some(violation) = checked.verdict.violation() {
            let part = |(number, timed): (usize, &Timed<Operation>)| {
                let is_kept = violation.witness.contains(&number);
                if is_kept { Some(timed.clone()) } else { let_go(timed) }
            };
            let parts = history.operations.iter().enumerate().filter_map(part);
            prop_assert!(!has_order(&parts.collect::<Vec<_>>(), None), "{}", violation);
        }
    }
}

#[test]
fn a_report_says_what_the_register_could_only_hold() {
    let timed = |number: u64, operation| Timed {
        client: number,
        call: Duration::from_millis(10 * number),
        returned: Some(Duration::from_millis(10 * number + 5)),
        operation,
    };
    let operations = vec![
        timed(1, Operation::Write(4)),
        timed(2, Operation::CompareAndSet { from: 4, to: 5, succeeded: true }),
        timed(3, Operation::Read(Some(4))),
    ];
    let checked = History { operations, counts_lines: false }.check(&Limits::default());
    let report = checked.verdict.violation().expect("4 is gone").to_string();
    assert!(report.contains("read -> 4, where the state could only be 5"), "{report}");
    assert!(
        report.contains("20.000 ms  25.000 ms       2  compare and set 4 to 5 -> done"),
        "{report}"
    );
}
