//! What is written into an environment is read back from it, and what cannot be read is named.

use super::{Role, TestRequest, Unreadable};
use crate::{Backend, Late, Mode, Policy, Reorder, Seeds, Simulation};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::Command;

fn read(variables: &[(&str, &str)]) -> Result<TestRequest, Unreadable> {
    TestRequest::from_variables(|name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| OsString::from(value))
    })
}

fn problem(variables: &[(&str, &str)]) -> String {
    read(variables).expect_err("this cannot be read").problem
}

/// What a process reads that is started for this.
fn read_back(request: &TestRequest) -> TestRequest {
    let mut command = Command::new("none");
    request.apply_to(&mut command);
    let set: BTreeMap<_, _> = command.get_envs().filter_map(|(k, v)| Some((k, v?))).collect();
    let read = TestRequest::from_variables(|name| set.get(OsStr::new(name)).map(OsString::from));
    read.expect("what was written can be read")
}

fn full() -> TestRequest {
    TestRequest {
        role: Role::Child,
        mode: Mode::Sim,
        seeds: Some("7..9".parse().expect("these are seeds")),
        time_limit_seconds: NonZeroU32::new(60),
        memory_mib: NonZeroU32::new(64),
        simulation: Simulation {
            backend: Backend::Threads,
            policy: Some(Policy::Random { preemption: 0.1 + 0.2 }),
            late: Some(Late::Relock),
            reorder: Some(Reorder::Links),
        },
        rules_required: true,
        events: true,
        log_filter: Some("warn,raft=debug,labrpc=off".parse().expect("this is a filter")),
        log_file: Some(PathBuf::from("/a directory/log.txt")),
        result: Some(PathBuf::from("/outcome.json")),
        only_last: true,
        trace: Some(PathBuf::from("/trace.txt")),
    }
}

#[test]
fn what_is_written_is_read_back() {
    let on_the_os = TestRequest { mode: Mode::Os, seeds: Some(Seeds::one(u64::MAX)), ..full() };
    let under = |policy| {
        let simulation = Simulation { policy: Some(policy), ..Simulation::default() };
        TestRequest { simulation, ..full() }
    };
    let policies = [Policy::Pct { depth: 3 }, Policy::Pos, Policy::Surw { one_in: 4 }].map(under);
    let by_hand = TestRequest {
        role: Role::Parent,
        seeds: Some(Seeds::one(7)),
        result: None,
        only_last: false,
        trace: None,
        ..full()
    };
    let nothing = TestRequest::default();
    for request in [full(), on_the_os, by_hand, nothing].into_iter().chain(policies) {
        assert_eq!(read_back(&request), request);
    }
}

#[test]
fn a_process_is_not_asked_for_what_its_starter_was() {
    let mut command = Command::new("none");
    full().apply_to(&mut command);
    TestRequest::default().apply_to(&mut command);
    assert_eq!(command.get_envs().filter(|(_, value)| value.is_some()).count(), 0);
    assert_eq!(command.get_envs().count(), 20, "and all of it is removed that was inherited");
}

#[test]
fn only_a_child_reads_what_a_starter_sets() {
    let meant_for_another = [("LAB_SEEDS", "9..5"), ("LAB_RESULT", "/outcome"), ("LAB_LAST", "1")];
    assert_eq!(read(&meant_for_another), Ok(TestRequest::default()));
}

#[test]
fn a_child_simulates_its_seeds_or_else_the_one_that_was_set_by_hand() {
    let seeds = |mode, more: &[(&str, &str)]| {
        let settings = [&[("LAB_CHILD", "1"), ("MODE", mode), ("LAB_SEED", "7")], more].concat();
        read(&settings).expect("these can be read").seeds.map(|seeds| seeds.to_string())
    };
    assert_eq!(seeds("sim", &[]).as_deref(), Some("7..8"));
    assert_eq!(seeds("sim", &[("LAB_SEEDS", "3..5")]).as_deref(), Some("3..5"));
    assert_eq!(seeds("os", &[("LAB_SEEDS", "3..5")]).as_deref(), Some("7..8"));
}

#[test]
fn rules_are_required_or_not() {
    assert!(read(&[("RULES", "required")]).expect("it can be read").rules_required);
    assert_eq!(problem(&[("RULES", "all")]), "RULES is \"all\", and must be required");
}

#[test]
fn what_is_set_to_nothing_is_not_set() {
    let names = TestRequest::default().all_variables().map(|(name, _)| (name, ""));
    assert_eq!(read(&names), Ok(TestRequest::default()));
}

#[test]
fn a_seed_is_run_again_under_what_changes_it() {
    let again: Vec<_> = full().variables_of_a_seed().map(|(name, _)| name).collect();
    let set = ["LAB_TIME_LIMIT", "LAB_MEMORY_MIB", "RULES", "PREEMPT", "LATE", "REORDER"];
    assert_eq!(again, set);
}

#[test]
fn what_cannot_be_read_is_named_with_what_it_must_be() {
    let count = "a whole number from 1 to 4294967295";
    let words = "os (real threads, real time) or sim (simulated, from a seed)";
    for (name, value, wanted) in [
        ("MODE", "real", words),
        ("LAB_SEED", "many", "a whole number below 2^64"),
        ("LAB_SEED", "-1", "a whole number below 2^64"),
        ("LAB_TIME_LIMIT", "0", count),
        ("LAB_TIME_LIMIT", "4294967296", count),
        ("LAB_MEMORY_MIB", "1.5", count),
        ("BACKEND", "fibers", "coroutines (fast) or threads (for a debugger)"),
        ("PREEMPT", "30", "a number from 0 to 1"),
        ("PREEMPT", "NaN", "a number from 0 to 1"),
        ("PCT", "0", "a whole number from 1"),
        ("POS", "0", "1"),
        ("SURW", "0", "a whole number from 1"),
        ("REORDER", "on", "off, messages or links"),
        ("LATE", "always", "off, spawned, woken, relock, points or mixed"),
    ] {
        let complaint = format!("{name} is {value:?}, and must be {wanted}");
        assert_eq!(problem(&[(name, value)]), complaint);
    }
    assert!(problem(&[("LOG", "raft=loud")]).starts_with("LOG=raft=loud: \"loud\" is not a level"));
    let both = problem(&[("PREEMPT", "0.3"), ("PCT", "3")]);
    assert_eq!(both, "PREEMPT and PCT are two ways to choose: set one");
    let both = problem(&[("SURW", "1"), ("POS", "1")]);
    assert_eq!(both, "POS and SURW are two ways to choose: set one");
    let no_seeds = problem(&[("LAB_CHILD", "1"), ("MODE", "sim"), ("LAB_SEEDS", "9..5")]);
    assert!(no_seeds.starts_with("LAB_SEEDS: \"9..5\" names no seeds: 1000 is"), "{no_seeds}");
}

#[test]
fn the_rest_of_a_request_says_where_a_problem_is_to_be_reported() {
    let variables = [("LAB_CHILD", "1"), ("LAB_RESULT", "/outcome"), ("LAB_SEED", "x")];
    let unreadable = read(&[&variables[..], &[("MODE", "sim"), ("PCT", "0")]].concat());
    let Unreadable { problem, rest } = unreadable.expect_err("two of them cannot be read");
    assert!(problem.starts_with("LAB_SEED is \"x\""), "the first: {problem}");
    assert_eq!((rest.role, rest.mode), (Role::Child, Mode::Sim));
    assert_eq!((rest.result, rest.seeds), (Some(PathBuf::from("/outcome")), None));
}

#[cfg(unix)]
#[test]
fn a_path_need_not_be_text() {
    use std::os::unix::ffi::OsStringExt;
    let path = PathBuf::from(OsString::from_vec(vec![b'/', 0xff]));
    let request = TestRequest { role: Role::Child, result: Some(path), ..TestRequest::default() };
    assert_eq!(read_back(&request), request);
}
