//! How a test is simulated, in the words of the settings and in those of labrt.

use course::{Late, Simulation};
use labrt::sim::{Backend, LateKind, Lateness, Policy, Schedule};

/// What was set by hand; the rest is the seed's to choose. In a test that goes beyond the course
/// threads may be later than its limits allow every right solution.
pub(super) fn schedule_of(simulation: Simulation, beyond: bool) -> Schedule {
    let backend = match simulation.backend {
        course::Backend::Coroutines => Backend::Coroutines,
        course::Backend::Threads => Backend::Threads,
    };
    let policy = simulation.policy.map(|policy| match policy {
        course::Policy::Random { preemption } => Policy::Random { preemption },
        course::Policy::Pct { depth } => Policy::Pct { depth },
    });
    let kind = simulation.late.map(kind_of);
    let lateness = Some(Lateness { kind, severe: beyond });
    Schedule { backend, policy, lateness, ..Schedule::default() }
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

/// The policy and the lateness as they are set by hand: `PREEMPT=0.3 LATE=off`.
pub(super) fn in_words(policy: Policy, lateness: LateKind) -> String {
    let policy = match policy {
        Policy::Random { preemption } => course::Policy::Random { preemption },
        Policy::Pct { depth } => course::Policy::Pct { depth },
    };
    let late = Late::ALL.into_iter().find(|late| kind_of(*late) == lateness);
    format!("{policy} LATE={}", late.expect("each kind has a name"))
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
                let told = in_words(Policy::Pct { depth: 3 }, kind);
                assert_eq!(told, format!("PCT=3 LATE={late}"));
            }
        }
        let drawn = schedule_of(Simulation::default(), false).lateness;
        assert_eq!(drawn, Some(Lateness { kind: None, severe: false }));
    }
}
