//! Modes, backends, policies and kinds of lateness are printed as they are read.

use super::{Backend, Late, Mode, Policy, Reorder};

#[test]
fn a_mode_and_a_backend_read_as_they_are_set() {
    for mode in [Mode::Os, Mode::Sim] {
        assert_eq!(mode.to_string().parse(), Ok(mode));
    }
    for backend in [Backend::Coroutines, Backend::Threads] {
        assert_eq!(backend.to_string().parse(), Ok(backend));
    }
}

#[test]
fn a_kind_of_lateness_reads_as_it_is_set() {
    for late in Late::ALL {
        assert_eq!(late.to_string().parse(), Ok(late));
    }
    assert!("never".parse::<Late>().is_err());
}

#[test]
fn an_order_of_messages_reads_as_it_is_set() {
    for reorder in Reorder::ALL {
        assert_eq!(reorder.to_string().parse(), Ok(reorder));
    }
    assert!("on".parse::<Reorder>().is_err());
}

#[test]
fn a_policy_is_printed_as_it_is_set() {
    assert_eq!(Policy::Random { preemption: 0.3 }.to_string(), "PREEMPT=0.3");
    assert_eq!(Policy::Pct { depth: 3 }.to_string(), "PCT=3");
    assert_eq!(Policy::Pos.to_string(), "POS=1");
    assert_eq!(Policy::Surw { one_in: 4 }.to_string(), "SURW=4");
}
