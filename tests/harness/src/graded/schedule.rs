//! How a test is simulated, in the words of the settings and in those of labrt.

use course::{Late, Simulation};
use labrt::sim::{Backend, LateKind, Lateness, Policy, Reorder, Schedule};

/// What was set by hand; the rest is the seed's to choose, but that no message overtakes. In a test
/// that goes beyond the course threads may be later than its limits allow every right solution.
pub(super) fn schedule_of(simulation: Simulation, beyond: bool) -> Schedule {
    let backend = match simulation.backend {
        course::Backend::Coroutines => Backend::Coroutines,
        course::Backend::Threads => Backend::Threads,
    };
    let policy = simulation.policy.map(|policy| match policy {
        course::Policy::Random { preemption } => Policy::Random { preemption },
        course::Policy::Pct { depth } => Policy::Pct { depth },
        course::Policy::Pos => Policy::Pos,
        course::Policy::Surw { one_in } => Policy::Surw { one_in },
    });
    let kind = simulation.late.map(kind_of);
    let lateness = Some(Lateness { kind, severe: beyond });
    let reorder = simulation.reorder.map_or(Reorder::Off, reorder_of);
    Schedule { backend, policy, lateness, reorder, ..Schedule::default() }
}

fn reorder_of(reorder: course::Reorder) -> Reorder {
    match reorder {
        course::Reorder::Off => Reorder::Off,
        course::Reorder::Messages => Reorder::Messages,
        course::Reorder::Links => Reorder::Links,
    }
}

fn kind_of(late: Late) -> LateKind {
    match late {
        Late::Off => LateKind::Off,
        Late::Spawned => LateKind::Spawned,
        Late::Woken => LateKind::Woken,
        Late::Relock => LateKind::Relock,
        Late::Points => LateKind::Points,
        Late::Mixed => LateKind::Mixed,
    }
}

/// The policy, the lateness and, if it is not off, the order of messages, as they are set by hand:
/// `PREEMPT=0.3 LATE=off REORDER=links`.
pub(super) fn in_words(policy: Policy, lateness: LateKind, reorder: Reorder) -> String {
    let policy = match policy {
        Policy::Random { preemption } => course::Policy::Random { preemption },
        Policy::Pct { depth } => course::Policy::Pct { depth },
        Policy::Pos => course::Policy::Pos,
        Policy::Surw { one_in } => course::Policy::Surw { one_in },
    };
    let late = Late::ALL.into_iter().find(|late| kind_of(*late) == lateness);
    let words = format!("{policy} LATE={}", late.expect("each kind has a name"));
    let order = course::Reorder::ALL.into_iter().find(|order| reorder_of(*order) == reorder);
    match order.expect("each order has a name") {
        course::Reorder::Off => words,
        order => format!("{words} REORDER={order}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_done_and_told_and_the_seed_chooses_the_rest() {
        for late in Late::ALL {
            let simulation = Simulation { late: Some(late), ..Simulation::default() };
            for beyond in [false, true] {
                let lateness = schedule_of(simulation, beyond).lateness.expect("it is asked for");
                let Lateness { kind: Some(kind), severe } = lateness else { panic!("{late}") };
                assert_eq!(severe, beyond);
                let told = in_words(Policy::Pct { depth: 3 }, kind, Reorder::Off);
                assert_eq!(told, format!("PCT=3 LATE={late}"));
            }
        }
        let drawn = schedule_of(Simulation::default(), false);
        assert_eq!(drawn.lateness, Some(Lateness { kind: None, severe: false }));
        assert_eq!(drawn.reorder, Reorder::Off);
        for order in course::Reorder::ALL {
            let simulation = Simulation { reorder: Some(order), ..Simulation::default() };
            let reorder = schedule_of(simulation, false).reorder;
            let told = in_words(Policy::Pos, LateKind::Off, reorder);
            let as_set = format!("POS=1 LATE=off REORDER={order}");
            assert!(told == as_set || (reorder, told.as_str()) == (Reorder::Off, "POS=1 LATE=off"));
        }
    }
}
