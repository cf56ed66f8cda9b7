//! The runner on simulated tests: many seeds in one process.

use crate::bench::{Bench, Ran, await_file, await_gone, names_in, signal};
use course::VERSION;
use std::fs;

/// What the fake left of each of its processes.
fn processes(bench: &Bench) -> Vec<String> {
    let text = fs::read_to_string(bench.file("processes")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

const MANY: [&str; 5] = ["test", "2A", "--mode=sim", "--seeds=20", "--jobs=2"];

#[test]
fn without_seeds_each_test_is_simulated_once_in_the_usual_table() {
    let bench = Bench::new("sim-once");
    let ran = bench.run(&["test", "2A"], &[("MODE", "sim")]);
    ran.exits(0)
        .says("3 tests, simulated, ")
        .says("Test (2A): a title ...\n  ... Passed --   3.1  3   58   16278    0\n")
        .says("2A  leader election    3/3 tests  100/100 points\n");
    assert_eq!(processes(&bench).len(), 3);
    assert_eq!(bench.kept(), Vec::<String>::new());
}

#[test]
fn many_seeds_are_a_line_for_each_test() {
    let bench = Bench::new("sim-many");
    let ran = bench.run(&MANY, &[]);
    ran.exits(0)
        .says("3 tests, 20 seeds each (0..20), simulated, 2 at a time.\n")
        .says("re_election_2a           20      20       0               3.5           1000  ")
        .says("PASS  3 of 3 tests passed\n");
    assert!(!ran.stdout.contains("Passed --"), "no flood of lines:\n{}", ran.stdout);
    let processes = processes(&bench);
    assert!((3..60).contains(&processes.len()), "seeds share processes: {processes:?}");
}

#[test]
fn what_a_batch_reached_is_a_line_a_part_and_what_it_never_did_a_hint() {
    let bench = Bench::new("sim-reached");
    let arguments = ["test", "re_election_2a", "--seeds=60", "--json=results.json"];
    let ran = bench.run(&arguments, &[("FAKE_re_election_2a", "conflicts")]);
    ran.exits(0)
        .says("\nreached 2A  in 60 runs: ")
        .says("leaders deposed 0, ")
        .says("conflicts 60, ")
        .says("never reached in 2A: leaders deposed (the reference: in about ");
    let results = bench.json("results.json");
    let reached = &results["parts"][0]["reached"];
    assert_eq!((&reached["runs"], &reached["situations"]["conflicts"]), (&60.into(), &60.into()));
    assert!(reached["never"]["leaders deposed"].as_u64().is_some_and(|runs| runs > 20));
    assert_eq!(results["tests"][0]["runs"][5]["simulated"]["reached"][0], "conflicts");
}

#[test]
fn of_one_seed_or_where_messages_do_not_tell_nothing_is_said_of_it() {
    let bench = Bench::new("sim-not-reached");
    let one = ["test", "re_election_2a", "--seed=7", "--mode=sim", "--json=results.json"];
    let ran = bench.run(&one, &[("FAKE_re_election_2a", "conflicts")]);
    assert!(!ran.exits(0).stdout.contains("reached"), "{}", ran.stdout);
    assert!(bench.json("results.json")["parts"][0].get("reached").is_none());
    let ran = bench.run(&MANY, &[]);
    assert!(!ran.exits(0).stdout.contains("reached"), "{}", ran.stdout);
}

#[test]
fn a_seed_that_cannot_tell_leaves_the_test_undecided() {
    let bench = Bench::new("sim-doubts");
    let ran = bench.run(&MANY, &[("FAKE_re_election_2a", "doubts-7")]);
    ran.exits(2)
        .says("UNDECIDED  re_election_2a           1 seed,  first 7       too much at once\n")
        .says("UNDECIDED  2 of 3 tests passed, 1 undecided\n");
}

#[test]
fn a_seed_that_takes_its_process_down_is_named_and_costs_itself_alone() {
    let bench = Bench::new("sim-crash");
    let ran = bench.run(&MANY, &[("FAKE_re_election_2a", "crash-7"), ("PCT", "3")]);
    ran.exits(1)
        .says("re_election_2a           20      19       1 ")
        .says("CRASH  re_election_2a           1 seed,  first 7       ended by SIGABRT: stack over")
        .says("  again  make replay TEST=re_election_2a SEED=7 PCT=3\n")
        .says("  files  lab/re_election_2a/seed-7/\n")
        .says("    seed 7 overflows: ")
        .says("2/3 tests   65/100 points\n");
    let kept = bench.file("lab/re_election_2a/seed-7");
    assert_eq!(names_in(&kept), ["log.txt", "outcome.json", "output.txt", "report.txt"]);
    let log = fs::read_to_string(kept.join("log.txt")).expect("it was kept");
    assert_eq!(log, "a line of re_election_2a, log filter trace\n");
}

#[test]
fn where_every_process_dies_the_rest_is_left_out() {
    let bench = Bench::new("sim-die");
    let arguments = ["test", "re_election_2a", "--seeds=100", "--jobs=1"];
    let ran = bench.run(&arguments, &[("FAKE_re_election_2a", "die")]);
    ran.exits(1)
        .says("CRASH  re_election_2a     20 seeds, first 0 ")
        .says("re_election_2a: 80 seeds were left out, since its processes kept dying\n");
}

#[test]
fn of_many_seeds_that_passed_a_few_are_kept() {
    let bench = Bench::new("sim-keep");
    bench.run(&["test", "re_election_2a", "--seeds=30", "--keep"], &[]).exits(0);
    assert_eq!(names_in(&bench.file("lab/re_election_2a")).len(), 10);
}

#[test]
fn a_full_disk_is_not_the_solutions_fault() {
    let bench = Bench::new("sim-full");
    let ran = bench.run(&MANY, &[("FAKE_re_election_2a", "full-7")]);
    ran.exits(4)
        .says("KIT  re_election_2a ")
        .says("cannot write /")
        .says("No space left on device");
}

#[test]
fn a_process_that_leaves_seeds_is_followed_by_another() {
    let bench = Bench::new("sim-slow");
    let arguments = ["test", "re_election_2a", "--seeds=0..20", "--jobs=1"];
    let ran = bench.run(&arguments, &[("FAKE_re_election_2a", "slow")]);
    ran.exits(0).says("re_election_2a      20      20       0 ");
    assert!(processes(&bench).len() >= 10);
}

#[test]
fn failures_are_counted_by_kind_and_the_first_kept() {
    let bench = Bench::new("sim-lost");
    let arguments = ["test", "2A", "--seeds=100..120", "--json=results.json", "--jobs=1"];
    let ran = bench.run(&arguments, &[("FAKE_re_election_2a", "lost")]);
    ran.exits(1)
        .says("FAIL  re_election_2a          20 seeds, first 100     lost entry 100\n")
        .says(&format!("  seed   100 (version {VERSION})\n"))
        .says("  after  3.500 s of virtual time (PREEMPT=0.5 LATE=off)\n")
        .says("  again  make replay TEST=re_election_2a SEED=100\n");
    assert_eq!(names_in(&bench.file("lab/re_election_2a")), ["seed-100", "seed-101", "seed-102"]);
    let results = bench.json("results.json");
    assert_eq!(results["mode"], "sim");
    let test = &results["tests"][1];
    assert_eq!(test["runs"].as_array().map(Vec::len), Some(20));
    assert_eq!(test["simulated"]["failures"][0]["count"], 20);
    assert_eq!(test["simulated"]["failures"][0]["first_seed"], 100);
    assert_eq!(results["tests"][0]["simulated"]["scheduling_points"], 1000);
    assert_eq!(results["tests"][0]["runs"][3]["simulated"]["hash"], "0000000000000067");
}

#[test]
fn a_seed_that_does_two_things_is_found_and_where_they_part() {
    let bench = Bench::new("sim-differs");
    let arguments = ["test", "2A", "--seeds=20", "--check=determinism", "--jobs=2"];
    let ran = bench.run(&arguments, &[("FAKE_re_election_2a", "differs-7")]);
    ran.exits(1)
        .says("20 seeds each (0..20), simulated twice, 2 at a time.\n")
        .says("DIFFERS  re_election_2a           1 seed,  first 7       simulated twice, it did")
        .says("    PASS with hash 0000000000000007, then PASS with hash 0000000000000010\n")
        .says("    the runs differ at event 3\n      both     event 1\n      both     event 2\n")
        .says("      first    event 3 no log\n      second   event 3 /dev/null\n")
        .says("      suspects a HashMap")
        .says("  again  make sim TEST=re_election_2a SEED=7 CHECK=determinism\n");
    assert!(!ran.stdout.contains("  alone  "), "{}", ran.stdout);
    Bench::new("sim-same").run(&arguments, &[]).exits(0);
}

#[test]
fn what_differs_only_after_other_seeds_is_told_apart() {
    let bench = Bench::new("sim-leaks");
    let arguments = ["test", "re_election_2a", "--seeds=96", "--check=determinism", "--jobs=1"];
    let ran = bench.run(&arguments, &[("FAKE_re_election_2a", "leaks")]);
    ran.exits(1)
        .says("DIFFERS  re_election_2a  ")
        .says("      alone    it does the same twice, without other seeds before it: something is")
        .says("  again  make replay TEST=re_election_2a SEEDS=0..");
}

#[test]
fn what_fails_only_after_other_seeds_is_kept_with_them() {
    let bench = Bench::new("sim-remembers");
    let arguments = ["test", "re_election_2a", "--seeds=200", "--jobs=1"];
    let remembers = [("FAKE_re_election_2a", "remembers")];
    let ran = bench.run(&arguments, &remembers);
    ran.exits(1)
        .says("  note   alone it does something else (FAIL with hash 0000000000000066, then PASS")
        .says("something is kept from one seed to the next, mostly in a `static`\n")
        .says("  again  make replay TEST=re_election_2a SEEDS=0..3\n");
    let report = fs::read_to_string(bench.file("lab/re_election_2a/seed-2/report.txt"));
    assert!(report.expect("it was kept").contains("lost entry 7"));
    let again = ["replay", "re_election_2a", "--seeds=0..3"];
    bench
        .run(&again, &remembers)
        .exits(1)
        .says("  what   lost entry 7\n")
        .says("the same as before");
    let alone = bench.run(&["replay", "re_election_2a", "--seed=2"], &remembers);
    alone.exits(0).says("  hash   0000000000000002, 0000000000000066 before: ");
}

#[test]
fn what_does_otherwise_with_its_log_is_said_aloud() {
    let bench = Bench::new("sim-log-differs");
    let arguments = ["test", "re_election_2a", "--mode=sim", "--seed=7", "--keep"];
    let ran = bench.run(&arguments, &[("FAKE_re_election_2a", "differs-7")]);
    ran.exits(0).says("  note   with its log it did something else: PASS with hash ");
}

#[test]
fn a_seed_is_played_again_with_its_log_and_compared() {
    let bench = Bench::new("replay");
    let arguments = ["replay", "re_election_2a", "--seed", "417"];
    let first = bench.run(&arguments, &[]);
    first
        .exits(0)
        .says("... Passed --")
        .says("  hash   00000000000001a1\n")
        .says("  log    lab/re_election_2a/seed-417/log.txt\n");
    bench.run(&arguments, &[]).exits(0).says("  hash   00000000000001a1, the same as before");
    let failing = bench.run(&arguments, &[("FAKE_re_election_2a", "lost"), ("LOG", "raft=debug")]);
    failing
        .exits(1)
        .says("FAIL  re_election_2a")
        .says("  what   lost entry 417\n")
        .says("a line of re_election_2a, log filter raft=debug\n");
    assert_eq!(names_in(&bench.file("lab/re_election_2a")), ["seed-417"]);
}

#[test]
fn threads_come_with_the_command_line_for_a_debugger() {
    let bench = Bench::new("replay-threads");
    let arguments = ["replay", "re_election_2a", "--seed=5", "--backend=threads"];
    let ran = bench.run(&arguments, &[("PCT", "3")]);
    ran.exits(0)
        .says("LAB_SEEDS=5..6 LAB_LAST=1 BACKEND=threads PCT=3 rust-gdb --args ")
        .says("PCT=3 rust-lldb -- ");
    assert_eq!(processes(&bench), ["process 5..6 backend threads"]);
}

#[test]
fn an_interrupt_names_the_seeds_under_way_and_prints_what_is_known() {
    let bench = Bench::new("sim-interrupt");
    let settings = [("FAKE_re_election_2a", "hang-7")];
    let child = bench.lab(&MANY, &settings).spawn().expect("the runner starts");
    let hanging = await_file(&bench.file("hanging-re_election_2a"));
    signal(&child, "-INT");
    let ran = Ran::from(child.wait_with_output().expect("the runner ends"));
    ran.exits(130).says("STOPPED  re_election_2a  seed 7  after ").says("STOPPED by SIGINT");
    await_gone(&hanging);
    assert_eq!(bench.kept(), Vec::<String>::new());
}

#[test]
fn what_does_not_go_together_is_refused() {
    let bench = Bench::new("sim-refused");
    for (line, complaint) in [
        ("test 2A --mode=real", "MODE (--mode) is \"real\", and must be os (real threads"),
        ("test 2A --mode=os --seeds=5", "SEEDS (--seeds) and CHECK (--check) are for MODE=sim"),
        (
            "test 2A --backend=threads",
            "PREEMPT, PCT, POS, SURW, LATE, REORDER and BACKEND (--backend) are for MODE=sim",
        ),
        ("test 2A --seeds=5..5", "\"5..5\" names no seeds: 1000 is the first thousand"),
        ("test 2A --seeds=5 --seed=3", "SEED (--seed) and SEEDS (--seeds): set one"),
        ("test 2A --seed=3 --seeds=5", "SEED (--seed) and SEEDS (--seeds): set one"),
        ("test 2A --mode=sim --runs=3", "RUNS (--runs) is for real threads"),
        ("test 2A --check=spelling", "CHECK (--check) is \"spelling\", and must be determinism"),
        ("test 2A --backend=fibers", "BACKEND (--backend) is \"fibers\", and must be coroutines"),
        (
            "replay 2A --seed=5",
            "replay needs one test and its seed: make replay TEST=figure_8_2c SEED=417",
        ),
        (
            "replay re_election_2a --seed=5 --check=determinism",
            "replay needs one test and its seed: ",
        ),
        ("replay re_election_2a", "replay needs one test and its seed: make replay"),
        ("replay re_electoin_2a --seed=5", "did you mean re_election_2a?"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        bench.run(&words, &[]).exits(64).complains(complaint);
    }
    for (name, value) in
        [("MODE", "real"), ("PREEMPT", "30"), ("PCT", "0"), ("LATE", "x"), ("BACKEND", "x")]
    {
        bench.run(&["test", "2A"], &[(name, value)]).exits(64).complains(&format!("{name} is "));
    }
}
