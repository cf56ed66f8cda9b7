//! Files of failed runs are kept, up to a number, and cleared by the next invocation.

use super::{Artifacts, KEPT_RUNS, Run};
use crate::sample::Directory;
use std::fs;

const RUN: Run = Run { test: "rejoin_2b", number: Some(3), seed: 7 };

#[test]
fn a_failure_is_kept_under_its_run_and_seed() {
    let target = Directory::new("kept");
    let artifacts = Artifacts::open(&target).expect("the directory is writable");
    let files = artifacts.begin(&RUN).expect("the directory is writable");
    fs::write(files.log(), "log").expect("the directory is writable");
    files.add("output", "report").expect("the directory is writable");
    let kept =
        artifacts.keep_failure(files, &RUN).expect("it can be moved").expect("it is the first");
    assert_eq!(kept, target.join("lab/rejoin_2b/run-3-seed-7"));
    let latest = target.join("lab/latest");
    assert_eq!(fs::read_to_string(latest.join("report.txt")).ok().as_deref(), Some("report"));
    artifacts.clear(RUN.test).expect("it can be removed");
    assert!(!kept.exists() && !latest.is_symlink());
    artifacts.clear(RUN.test).expect("nothing there is nothing wrong");
    drop(artifacts);
    assert_eq!(fs::read_dir(target.join("lab")).map(Iterator::count).ok(), Some(0));
}

#[test]
fn a_name_that_is_taken_is_left_to_whom_it_belongs() {
    let directory = Directory::new("taken");
    let artifacts = Artifacts::open(&directory).expect("the directory is writable");
    for name in ["run-3-seed-7", "run-3-seed-7-2", "run-3-seed-7-3"] {
        let files = artifacts.begin(&RUN).expect("the directory is writable");
        fs::write(files.log(), name).expect("the directory is writable");
        let kept =
            artifacts.keep_failure(files, &RUN).expect("it can be moved").expect("there is room");
        assert_eq!(kept, directory.join("lab/rejoin_2b").join(name));
        let latest = fs::read_to_string(directory.join("lab/latest/log.txt"));
        assert_eq!(latest.ok().as_deref(), Some(name));
    }
}

#[test]
fn only_so_many_failures_are_kept() {
    let directory = Directory::new("so-many");
    let artifacts = Artifacts::open(&directory).expect("the directory is writable");
    let kept = (1..=KEPT_RUNS as u32 + 5).filter(|number| {
        let run = Run { number: Some(*number), ..RUN };
        let files = artifacts.begin(&run).expect("the directory is writable");
        artifacts.keep_failure(files, &run).expect("it can be moved").is_some()
    });
    assert_eq!(kept.count(), KEPT_RUNS);
}

#[test]
fn what_killed_invocations_left_is_removed_and_what_lives_is_not() {
    let target = Directory::new("abandoned");
    // No process has this number: it is above what any system hands out.
    let dead = target.join(format!("lab/running-{}", i32::MAX));
    let live = target.join(format!("lab/running-{}", std::os::unix::process::parent_id()));
    for directory in [&dead, &live] {
        fs::create_dir_all(directory).expect("the directory is writable");
    }
    let _store = Artifacts::open(&target).expect("the directory is writable");
    assert!(!dead.exists());
    assert!(live.exists());
}
