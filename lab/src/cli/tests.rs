//! Command lines and settings are read as written, and mistakes are named.

use super::{Command, TestArguments, parse};
use course::{Backend, Mode, Seeds};
use std::ffi::OsString;
use std::path::PathBuf;

fn parsed_in(line: &str, environment: &[(&str, &str)]) -> Result<Command, String> {
    let variable = |name: &str| {
        let found = environment.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| OsString::from(value))
    };
    parse(line.split_whitespace().map(OsString::from), variable).map_err(|wrong| wrong.to_string())
}

fn test_in(line: &str, environment: &[(&str, &str)]) -> TestArguments {
    match parsed_in(line, environment) {
        Ok(Command::Test(arguments)) => arguments,
        other => panic!("{line}: {other:?}"),
    }
}

fn wrong(line: &str) -> String {
    parsed_in(line, &[]).expect_err("this is not a command line")
}

#[test]
fn options_come_before_between_or_after_what_to_run() {
    let arguments = test_in("test -j2 2A --runs=3 --json out.json rejoin_2b --keep --seed 7", &[]);
    assert_eq!(arguments.selectors, ["2A", "rejoin_2b"]);
    assert_eq!(arguments.jobs.map(u32::from), Some(2));
    assert_eq!(arguments.runs.get(), 3);
    assert_eq!(arguments.json, Some(PathBuf::from("out.json")));
    assert_eq!((arguments.seed, arguments.keep), (Some(7), true));
}

#[test]
fn an_option_goes_before_the_environment_and_that_before_the_default() {
    let environment = [("LAB_SEED", "5"), ("LAB_TIME_LIMIT", "60"), ("LAB_MEMORY_MIB", "64")];
    let by_default = test_in("test 2A", &[]);
    assert_eq!((by_default.seed, by_default.memory_mib.get()), (None, 1024));
    assert_eq!(by_default.time_limit_seconds.get(), 120);
    let by_environment = test_in("test 2A", &environment);
    assert_eq!((by_environment.seed, by_environment.memory_mib.get()), (Some(5), 64));
    assert_eq!(by_environment.time_limit_seconds.get(), 60);
    let by_option = test_in("test 2A --seed 6 --time-limit 30 --memory 32", &environment);
    assert_eq!((by_option.seed, by_option.memory_mib.get()), (Some(6), 32));
    assert_eq!(by_option.time_limit_seconds.get(), 30);
}

#[test]
fn numbers_are_checked_by_name() {
    for (option, complaint) in [
        ("--runs=0", r#"RUNS (--runs) is "0""#),
        ("--runs=", r#"RUNS (--runs) is """#),
        ("--jobs=-1", r#"JOBS (--jobs) is "-1""#),
        ("--memory=x", r#"--memory is "x""#),
        ("--time-limit=4294967296", r#"--time-limit is "4294967296""#),
    ] {
        let wrong = wrong(&format!("test 2A {option}"));
        let complaint = format!("{complaint}, and must be a whole number from 1 to 4294967295\n");
        assert!(wrong.starts_with(&complaint), "{wrong}");
        assert!(wrong.contains("`make help`"), "{wrong}");
    }
    let too_long = [("LAB_TIME_LIMIT", "18446744073709551615")];
    let wrong_limit = parsed_in("test 2A", &too_long).expect_err("nobody waits so long");
    assert!(wrong_limit.starts_with("LAB_TIME_LIMIT is "), "{wrong_limit}");
    assert!(wrong("test 2A --seed=-1").starts_with("SEED (--seed) is \"-1\", and must be"));
    let wrong_seed = parsed_in("test 2A", &[("LAB_SEED", "many")]).expect_err("this is no seed");
    assert!(wrong_seed.starts_with("LAB_SEED is \"many\", and must be"), "{wrong_seed}");
}

#[test]
fn a_log_filter_is_checked_before_every_test_stumbles_over_it() {
    for filter in ["", "debug", "raft=debug,labrpc=info", " raft = TRACE , warn,", "raft::log=off"]
    {
        assert_eq!(test_in("test 2A", &[("LOG", filter)]).selectors, ["2A"]);
    }
    for (filter, level) in [("raft=loud", "loud"), ("raft", "raft"), ("info,raft=", "")] {
        let wrong = parsed_in("test 2A", &[("LOG", filter)]).expect_err("this is no filter");
        let complaint = format!("LOG={filter}: {level:?} is not a level. ");
        assert!(wrong.starts_with(&complaint), "{wrong}");
    }
}

#[test]
fn what_does_not_exist_is_named() {
    assert!(wrong("tset 2A").starts_with("no such command: tset\n"));
    assert!(wrong("test 2A --run 3").contains("--run"));
    assert!(wrong("test 2A --json").contains("--json"));
    assert!(wrong("list 2A").contains("2A"));
    assert!(
        wrong("")
            .starts_with("no command given: use lab test, lab replay, lab list, lab linear or lab")
    );
}

#[test]
fn seeds_ask_for_simulation_and_a_seed_is_one_of_them() {
    let seeds = |text: &str| Some(text.parse::<Seeds>().expect("these are seeds"));
    let many = test_in("test 2A --seeds 500..1500", &[("LAB_SEED", "7")]);
    assert_eq!((many.mode, many.seeds, many.runs()), (Mode::Sim, seeds("500..1500"), 1000));
    let one = test_in("test 2A --mode sim --seed 7", &[]);
    assert_eq!((one.mode, one.seeds, one.runs()), (Mode::Sim, seeds("7..8"), 1));
    let by_environment = test_in("test 2A", &[("MODE", "sim"), ("LAB_SEED", "7")]);
    assert_eq!((by_environment.mode, by_environment.seeds), (Mode::Sim, seeds("7..8")));
    let fresh = test_in("test 2A --check determinism", &[]);
    assert_eq!((fresh.mode, fresh.seeds, fresh.runs()), (Mode::Sim, None, 1));
    assert!(fresh.check_determinism);
    assert_eq!(test_in("test 2A --mode os", &[("MODE", "sim")]).mode, Mode::Os);
}

#[test]
fn a_replay_is_simulated_whatever_the_mode_is() {
    let replay = |line: &str| match parsed_in(line, &[("MODE", "os"), ("BACKEND", "threads")]) {
        Ok(Command::Replay(arguments)) => arguments,
        other => panic!("{line}: {other:?}"),
    };
    let arguments = replay("replay figure_8_2c --seed 417");
    assert_eq!((arguments.mode, arguments.seeds), (Mode::Sim, Some(Seeds::one(417))));
    assert_eq!(arguments.simulation.backend, Backend::Threads);
    let by_option = replay("replay figure_8_2c --seed 417 --backend coroutines");
    assert_eq!(by_option.simulation.backend, Backend::Coroutines);
}

#[test]
fn how_to_simulate_is_for_those_who_do() {
    for setting in [
        ("PREEMPT", "0.3"),
        ("PCT", "3"),
        ("POS", "1"),
        ("SURW", "4"),
        ("LATE", "off"),
        ("REORDER", "links"),
        ("BACKEND", "threads"),
    ] {
        let refused = parsed_in("test 2A", &[setting]).expect_err("nothing is simulated");
        assert!(
            refused.starts_with("PREEMPT, PCT, POS, SURW, LATE, REORDER and BACKEND"),
            "{refused}"
        );
        assert_eq!(test_in("test 2A --seeds 5", &[setting]).mode, Mode::Sim);
    }
}

#[test]
fn help_is_where_one_looks_for_it() {
    for line in ["--help", "-h", "help", "test --help", "test 2A -h", "list --help"] {
        assert_eq!(parsed_in(line, &[]), Ok(Command::Help), "{line}");
    }
    assert_eq!(parsed_in("list", &[]), Ok(Command::List));
}

#[test]
fn the_version_is_printed_alone() {
    assert_eq!(parsed_in("--version", &[]), Ok(Command::Version));
    assert_eq!(parsed_in("-V", &[]), Ok(Command::Version));
    assert!(parsed_in("--version list", &[]).is_err());
}

#[test]
fn the_words_after_linear_are_passed_on() {
    let words = ["--steps", "5", "a.json", "--help"].map(OsString::from).to_vec();
    assert_eq!(parsed_in("linear --steps 5 a.json --help", &[]), Ok(Command::Linear(words)));
}

#[test]
fn what_moved_to_staff_is_named_by_its_make_target() {
    let told = wrong("handout ../my-raft");
    assert!(
        told.starts_with("lab handout is now make handout, which only the course staff's tree")
    );
    assert!(!super::HELP.contains("handout") && !super::HELP.contains("check-course"));
}
