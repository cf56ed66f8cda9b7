//! A bug counts as caught only if the failure says the right thing, and what is missing is named.

use super::*;
use crate::results::Results;
use harness::checks::Property;

const BUG: Bug = Bug {
    name: "Any",
    test: "any_2a",
    claims: &[ELECTION_SAFETY],
    shown: "both lead",
    ends: "(figure 3)",
    ..RAFT
};

const REPORTED: &str = "at most one leader per term: S1 and S2 both lead term 3 (figure 3)";

fn runs(runs: &[(&str, &str, f64)]) -> Vec<Run> {
    let run = |(verdict, what, seconds): &(&str, &str, f64)| {
        format!(
            "{{\"verdict\":{verdict:?},\"what\":{what:?},\"seed\":7,\"wall_seconds\":{seconds}}}"
        )
    };
    let runs: Vec<String> = runs.iter().map(run).collect();
    let json = format!("{{\"tests\":[{{\"name\":\"any_2a\",\"runs\":[{}]}}]}}", runs.join(","));
    Results::read(json.as_bytes()).expect("it is JSON").into_runs("any_2a")
}

#[test]
fn a_bug_told_by_its_name_is_caught() {
    assert_eq!(BUG.judge_all(&runs(&[("fail", REPORTED, 1.0), ("fail", REPORTED, 2.0)])), Ok(2));
    let half = Bug { percent: 50, ..BUG };
    assert_eq!(half.judge_all(&runs(&[("fail", REPORTED, 1.0), ("pass", "", 2.0)])), Ok(1));
}

#[test]
fn what_is_not_as_expected_is_told() {
    for (run, expected) in [
        (("pass", "", 1.0), "any_2a fails in 0 of 1 runs only"),
        (("crash", REPORTED, 1.0), "expected to fail: crash"),
        (("timeout", REPORTED, 1.0), "expected to fail: timeout"),
        (("fail", REPORTED, 10.5), "expected to fail within 10 s"),
        (("fail", "no leader: both lead (figure 3)", 1.0), "to be reported as at most one leader"),
        (("fail", "at most one leader per term (figure 3)", 1.0), "to say \"both lead\""),
        (("fail", "at most one leader per term: both lead", 1.0), "to end with \"(figure 3)\""),
    ] {
        match BUG.judge_all(&runs(&[run])) {
            Err(Problem::Found(problem)) => assert!(problem.contains(expected), "{problem}"),
            other => panic!("{run:?}: {other:?}"),
        }
    }
}

#[test]
fn properties_are_named_as_the_harness_names_them() {
    for (bug, property) in [
        ("TwoLeaders", Property::ElectionSafety),
        ("TermGoesBack", Property::MonotonicTerms),
        ("SkippedEntry", Property::AppliedOrder),
        ("LostEntry", Property::StateMachineSafety),
        ("ReorderedApply", Property::AppliedOrder),
        ("DifferentCommand", Property::StateMachineSafety),
        ("GarbledCommand", Property::OnlyCommands),
        ("GarbledSnapshot", Property::SnapshotsIntact),
        ("ForgottenPersist", Property::Persistence),
        ("ForgottenRestore", Property::MonotonicTerms),
    ] {
        let bug = BUGS.iter().find(|known| known.name == bug).expect("the bug is known");
        assert_eq!(bug.claims, [property.claim()]);
        assert_eq!(bug.ends, format!("({})", property.paper()));
    }
    assert_eq!(NOTHING_VANISHES, Property::NothingVanishes.claim());
}
