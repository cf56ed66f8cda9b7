//! The runner on real threads: one process for each run.

use crate::bench::{Bench, Ran, await_file, await_gone, names_in, signal};
use course::VERSION;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

#[test]
fn a_part_passes_with_the_courses_lines_points_and_code_0() {
    let ran = Bench::new("pass").run(&["test", "2a"], &[]);
    ran.exits(0)
        .says("3 tests, 3 at a time. Figures after \"Passed\": seconds, servers, RPCs, bytes, ")
        .says("Test (2A): a title ...\n  ... Passed --   3.1  3   58   16278    0\n")
        .says("2A  leader election    3/3 tests  100/100 points\n")
        .says("PASS  3 of 3 tests passed\n")
        .says(" s of CPU, largest test process ");
}

#[test]
fn a_lab_of_a_service_has_its_own_figures() {
    let bench = Bench::new("service");
    let settings = [("FAKE_basic_3a", "operations")];
    let ran = bench.run(&["test", "basic_3a", "--json", "results.json"], &settings);
    ran.exits(0)
        .says("Figures after \"Passed\": seconds, servers, RPCs, client operations.\n")
        .says("Test: one client (3A) ...\n  ... Passed --  15.5  5  4576  903\n");
    let figures = &bench.json("results.json")["tests"][0]["runs"][0]["figures"][0];
    assert_eq!((&figures["operations"], &figures["rpcs"]), (&903.into(), &4576.into()));
    assert!(figures.get("agreements").is_none(), "{figures}");
}

#[test]
fn passed_tests_leave_nothing_behind() {
    let bench = Bench::new("nothing-behind");
    bench.run(&["test", "2A"], &[]).exits(0);
    assert_eq!(bench.kept(), Vec::<String>::new());
}

#[test]
fn a_failure_says_what_and_where_and_keeps_its_files() {
    let bench = Bench::new("fail");
    let settings = [("FAKE_re_election_2a", "fail"), ("LOG", "raft=debug")];
    let ran = bench.run(&["test", "2A", "--seed", "7"], &settings);
    ran.exits(1)
        .says("FAIL  re_election_2a  Test (2A): election after network failure\n")
        .says("  what   two leaders in term 4: S1 and S3\n")
        .says(&format!("  seed   7 (version {VERSION})\n"))
        .says("  again  make test TEST=re_election_2a SEED=7\n")
        .says("  files  lab/re_election_2a/run-1-seed-7/\n")
        .says("    where    part_2a.rs:88\n")
        .says("2/3 tests   65/100 points\n")
        .says("FAIL  2 of 3 tests passed, 1 failed\n");
    assert_eq!(bench.kept(), ["latest", "re_election_2a"]);
    let latest = bench.file("lab/latest");
    assert_eq!(names_in(&latest), ["log.txt", "outcome.json", "output.txt", "report.txt"]);
    let read = |name: &str| fs::read_to_string(latest.join(name)).expect("the file was kept");
    assert_eq!(read("log.txt"), "a line of re_election_2a, log filter raft=debug\n");
    assert_eq!(read("output.txt"), "running 1 test\nthread 'S1' panicked\n");
}

#[test]
fn a_new_invocation_clears_what_was_kept_of_its_tests() {
    let bench = Bench::new("clears");
    bench.run(&["test", "2A"], &[("FAKE_re_election_2a", "fail")]).exits(1);
    bench.run(&["test", "initial_election_2a"], &[]).exits(0);
    assert!(bench.file("lab/re_election_2a").exists(), "another test's failure is left alone");
    bench.run(&["test", "2A"], &[]).exits(0);
    assert!(!bench.file("lab/re_election_2a").exists());
}

#[test]
fn each_way_to_end_has_its_word() {
    let bench = Bench::new("words");
    let settings = [
        ("FAKE_initial_election_2a", "late"),
        ("FAKE_re_election_2a", "crash"),
        ("FAKE_many_elections_2a", "memory"),
        ("FAKE_basic_agree_2b", "overflow"),
        ("FAKE_rpc_bytes_2b", "panic"),
        ("FAKE_rejoin_2b", "exit"),
        ("FAKE_backup_2b", "undecided"),
    ];
    let ran = bench.run(&["test", "2A", "2B"], &settings);
    ran.exits(1)
        .says("TIMEOUT  initial_election_2a")
        .says("CRASH  re_election_2a")
        .says("  what   ended by SIGSEGV\n")
        .says("MEMORY  many_elections_2a")
        .says("  what   memory allocation of 4096 bytes failed (cap 1024 MiB)\n")
        .says("  what   ended by SIGABRT: stack overflow\n")
        .says("  what   panicked before it could report: not yet implemented: 2A: vote\n")
        .says("  what   exited with code 0 in mid-test (std::process::exit?)\n")
        .says("UNDECIDED  backup_2b")
        .says("FAIL  6 of 13 tests passed, 6 failed, 1 undecided\n");
}

#[test]
fn only_undecided_is_code_2() {
    let settings = [("FAKE_backup_2b", "undecided")];
    let ran = Bench::new("undecided").run(&["test", "backup_2b"], &settings);
    ran.exits(2).says("UNDECIDED  0 of 1 tests passed, 1 undecided\n");
}

#[test]
fn a_test_that_the_binary_lacks_is_the_kits_fault() {
    let ran = Bench::new("absent").run(&["test", "2A"], &[("FAKE_re_election_2a", "absent")]);
    ran.exits(4).says("KIT  re_election_2a").says("1 could not be run");
}

#[test]
fn many_runs_are_a_table_and_points_need_all_of_them() {
    let bench = Bench::new("runs");
    let arguments = ["test", "2A", "--runs", "4", "--jobs", "1", "--json", "results.json"];
    let ran = bench.run(&arguments, &[("FAKE_re_election_2a", "sometimes")]);
    ran.exits(1)
        .says("3 tests, 4 runs each, 1 at a time.\n")
        .says("12/12 runs done, 2 failed")
        .says("test                  runs  failed  seconds, mean ± sd    max\n")
        .says("re_election_2a           4       2          ")
        .says("FAIL  re_election_2a  run 2  lost entry 7  lab/re_election_2a/run-2-seed-")
        .says("2/3 tests   65/100 points\n");
    assert!(!ran.stdout.contains("Passed --"), "no flood of lines:\n{}", ran.stdout);
    assert_eq!(names_in(&bench.file("lab/re_election_2a")).len(), 2);
    let results = bench.json("results.json");
    assert_eq!(results["tests"][1]["runs"].as_array().map(Vec::len), Some(4));
    assert_eq!(results["tests"][1]["points"], 0);
}

#[test]
fn of_many_failures_only_the_first_are_kept_and_shown() {
    let bench = Bench::new("many-failures");
    let settings = [("FAKE_re_election_2a", "fail")];
    let ran = bench.run(&["test", "re_election_2a", "--runs", "25"], &settings);
    ran.exits(1).says("... and 5 more\n");
    assert_eq!(names_in(&bench.file("lab/re_election_2a")).len(), 10);
    assert_eq!(ran.stdout.matches("  again  ").count(), 3);
}

#[test]
fn a_flood_of_output_is_cut_in_the_middle() {
    let bench = Bench::new("flood");
    bench.run(&["test", "2A"], &[("FAKE_re_election_2a", "flood")]).exits(1).says("flooded");
    let output = fs::read_to_string(bench.file("lab/latest/output.txt")).expect("it was kept");
    assert!(output.len() < 600_000, "{} bytes", output.len());
    assert!(output.contains("bytes left out"));
}

#[test]
fn an_escaped_process_that_holds_the_output_does_not_hold_the_runner() {
    let began = Instant::now();
    Bench::new("leak").run(&["test", "2A"], &[("FAKE_re_election_2a", "leak")]).exits(0);
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn what_a_test_started_does_not_outlive_it() {
    let bench = Bench::new("offspring");
    bench.run(&["test", "2A"], &[("FAKE_re_election_2a", "offspring")]).exits(0);
    await_gone(&await_file(&bench.file("offspring")));
}

#[test]
fn keep_keeps_passed_runs_too() {
    let bench = Bench::new("keep");
    bench.run(&["test", "rejoin_2b", "--keep", "--seed", "5"], &[]).exits(0);
    assert_eq!(bench.kept(), ["rejoin_2b"]);
    assert!(bench.file("lab/rejoin_2b/run-1-seed-5/log.txt").exists());
}

#[test]
fn code_that_does_not_compile_is_code_3_with_the_compilers_words() {
    let bench = Bench::new("broken");
    let arguments = ["test", "2A", "--json", "results.json"];
    let ran = bench.run(&arguments, &[("FAKE_BUILD", "broken")]);
    ran.exits(3).complains("cannot find value `term`").complains("does not compile");
    assert_eq!(bench.json("results.json")["ended"], "not-built");
}

#[test]
fn a_missing_cargo_is_the_kits_fault() {
    let bench = Bench::new("no-cargo");
    let ran = bench.run(&["test", "2A"], &[("CARGO", "no-such-cargo")]);
    ran.exits(4).complains("cannot start no-such-cargo");
}

#[test]
fn unknown_words_list_the_valid_ones() {
    let bench = Bench::new("unknown");
    let ran = bench.run(&["test", "9Z"], &[]);
    ran.exits(64)
        .complains("no part or test is called \"9Z\"")
        .complains("parts  2 3 2A 2B 2C 2D")
        .complains("initial_election_2a");
    let ran = bench.run(&["test", "2A", "initial_electoin_2a"], &[]);
    ran.exits(64).complains("did you mean initial_election_2a?");
}

#[test]
fn zero_runs_or_jobs_are_refused() {
    let bench = Bench::new("zero");
    for (option, name) in [("--runs=0", "RUNS"), ("--jobs=0", "JOBS")] {
        let ran = bench.run(&["test", "2A", option], &[]);
        ran.exits(64).complains(&format!("error: {name} ({}) is \"0\", and must", &option[..6]));
    }
}

#[test]
fn a_log_filter_that_cannot_be_is_refused_before_anything_runs() {
    let ran = Bench::new("bad-log").run(&["test", "2A"], &[("LOG", "raft=loud")]);
    ran.exits(64).complains("LOG=raft=loud: \"loud\" is not a level");
    assert_eq!(ran.stdout, "");
}

#[test]
fn nobody_counts_endless_runs_in_advance() {
    let bench = Bench::new("endless");
    let child = bench.lab(&["test", "2A", "--runs", "4000000000", "--keep", "-j1"], &[]).spawn();
    let child = child.expect("the runner starts");
    let began = Instant::now();
    while names_in(&bench.file("lab")).len() < 4 && began.elapsed() < Duration::from_secs(10) {
        sleep(Duration::from_millis(10));
    }
    signal(&child, "-INT");
    let ran = Ran::from(child.wait_with_output().expect("the runner ends"));
    ran.exits(130).says("4000000000 runs each").says("many_elections_2a ");
    assert!(bench.file("lab/many_elections_2a").exists());
}

#[test]
fn results_that_cannot_be_written_are_refused_before_anything_runs() {
    let bench = Bench::new("bad-json");
    for path in ["no/such/directory.json", "."] {
        let ran = bench.run(&["test", "2A", "--json", path], &[]);
        ran.exits(64).complains("cannot write the results to");
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn the_results_for_machines_are_whole() {
    let bench = Bench::new("json");
    let settings = [("FAKE_re_election_2a", "fail")];
    bench.run(&["test", "2A", "2B", "--json", "results.json", "--seed", "7"], &settings).exits(1);
    let results = bench.json("results.json");
    assert_eq!(results["version"], 1);
    assert_eq!(results["ended"], "failed");
    assert_eq!(results["exit_code"], 1);
    assert_eq!(results["total"]["tests"], 13);
    assert_eq!(results["parts"][0]["part"], "2A");
    assert_eq!(results["parts"][0]["points"], 65);
    let passed = &results["tests"][0]["runs"][0];
    assert_eq!(passed["verdict"], "pass");
    assert_eq!(passed["seed"], 7);
    assert_eq!(passed["figures"][0]["rpcs"], 58);
    let failed = &results["tests"][1]["runs"][0];
    assert_eq!(failed["what"], "two leaders in term 4: S1 and S3");
    let files = failed["files"].as_str().expect("the failure was kept");
    assert!(files.ends_with("lab/re_election_2a/run-1-seed-7"), "{files}");
    assert_eq!(names_in(&bench.directory), ["lab", "results.json"]);
}

#[test]
fn an_interrupt_kills_the_tests_and_prints_what_is_known() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let bench = Bench::new(&format!("interrupt-{name}"));
        let arguments = ["test", "2A", "--jobs", "3", "--json", "results.json"];
        let settings = [("FAKE_re_election_2a", "hang"), ("FAKE_many_elections_2a", "leash")];
        let child = bench.lab(&arguments, &settings).spawn().expect("the runner starts");
        let hanging = await_file(&bench.file("hanging-re_election_2a"));
        let leashed = await_file(&bench.file("leashed"));
        sleep(Duration::from_millis(300));
        signal(&child, &format!("-{name}"));
        let ran = Ran::from(child.wait_with_output().expect("the runner ends"));
        ran.exits(code)
            .says("... Passed --")
            .says("STOPPED  re_election_2a  run 1  after ")
            .says("STOPPED  many_elections_2a  run 1  after ")
            .says(" s  lab/many_elections_2a/run-1-seed-")
            .says(&format!("STOPPED by SIG{name}  1 of 3 tests passed, 2 not finished\n"));
        await_gone(&hanging);
        await_gone(&leashed);
        let results = bench.json("results.json");
        assert_eq!(results["ended"], "interrupted");
        let files = results["tests"][2]["runs"][0]["files"].as_str().expect("they are kept");
        let output = fs::read_to_string(Path::new(files).join("output.txt")).expect("it is kept");
        assert!(output.contains("S1 waits"), "{output}");
        assert_eq!(bench.kept(), ["latest", "many_elections_2a", "re_election_2a"]);
    }
}

#[test]
fn an_interrupt_ends_a_build() {
    let bench = Bench::new("interrupt-build");
    let child = bench.lab(&["test", "2A"], &[("FAKE_BUILD", "slow")]).spawn();
    let child = child.expect("the runner starts");
    let building = await_file(&bench.file("building"));
    signal(&child, "-TERM");
    let ran = Ran::from(child.wait_with_output().expect("the runner ends"));
    ran.exits(143).complains("stopped while building");
    await_gone(&building);
}

#[test]
fn tests_see_their_input_close_when_the_runner_is_killed() {
    let bench = Bench::new("leash");
    let mut command = bench.lab(&["test", "2A"], &[("FAKE_re_election_2a", "leash")]);
    let mut child = command.spawn().expect("the runner starts");
    let leashed = await_file(&bench.file("leashed"));
    child.kill().expect("the runner is killed");
    child.wait().expect("the runner ends");
    await_gone(&leashed);
    bench.run(&["test", "2B"], &[]).exits(0);
    assert_eq!(bench.kept(), Vec::<String>::new(), "what the killed runner left is cleaned up");
}

#[test]
fn a_reader_that_goes_away_changes_nothing_but_what_it_reads() {
    let bench = Bench::new("closed-pipe");
    let mut child = bench.lab(&["test", "2A"], &[]).spawn().expect("the runner starts");
    drop(child.stdout.take());
    let status = child.wait().expect("the runner ends");
    assert_eq!(status.code(), Some(0));
}

#[test]
fn the_course_is_listed() {
    let ran = Bench::new("list").run(&["list"], &[]);
    ran.exits(0).says("2A  leader election\n").says("  initial_election_2a").says("30 points");
}
