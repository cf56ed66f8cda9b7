//! Children end when they are overdue, stopped or killed.

use super::{Killed, LAST_WORDS, NotStarted, ProcessGroups, Role};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const AN_HOUR: Role = Role::Test { time: Duration::from_secs(3600) };

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]).stdout(Stdio::null());
    command
}

#[test]
fn an_end_says_how_and_what_it_took() {
    let process_groups = ProcessGroups::default();
    let child = process_groups.start(&mut shell("exit 3"), AN_HOUR).expect("sh starts");
    let ended = process_groups.wait(child).expect("sh ends");
    assert_eq!((ended.status.code(), ended.killed), (Some(3), None));
    assert!(ended.usage.peak_memory > 100 << 10);
}

#[test]
fn the_overdue_are_killed_and_others_are_not() {
    let process_groups = ProcessGroups::default();
    let short = Role::Test { time: Duration::from_millis(1) };
    let overdue = process_groups.start(&mut shell("sleep 60"), short).expect("sh starts");
    let in_time = process_groups.start(&mut shell("exit 0"), AN_HOUR).expect("sh starts");
    let build = process_groups.start(&mut shell("exit 0"), Role::Build).expect("sh starts");
    process_groups.kill_overdue(Instant::now() + Duration::from_secs(1));
    let ended = process_groups.wait(overdue).expect("it was killed");
    assert_eq!((ended.status.signal(), ended.killed), (Some(9), Some(Killed::Overdue)));
    assert_eq!(process_groups.wait(in_time).expect("it ended").killed, None);
    assert_eq!(process_groups.wait(build).expect("it ended").killed, None);
}

#[test]
fn a_stop_kills_all_and_lets_none_start() {
    let process_groups = ProcessGroups::default();
    let child = process_groups.start(&mut shell("sleep 60"), Role::Build).expect("sh starts");
    process_groups.stop();
    assert_eq!(process_groups.wait(child).expect("it was killed").killed, Some(Killed::Stopped));
    let refused = process_groups.start(&mut shell("exit 0"), AN_HOUR);
    assert!(matches!(refused, Err(NotStarted::Stopped)));
}

#[test]
fn a_test_that_is_given_up_sees_its_input_close_and_has_a_moment_left() {
    let process_groups = ProcessGroups::default();
    let start = |script| {
        process_groups.start(shell(script).stdin(Stdio::piped()), AN_HOUR).expect("sh starts")
    };
    let (obeying, deaf) = (start("cat; exit 3"), start("sleep 60"));
    process_groups.stop();
    let ended = process_groups.wait(obeying).expect("it ended");
    assert_eq!((ended.status.code(), ended.killed), (Some(3), Some(Killed::Stopped)));
    process_groups.kill_overdue(Instant::now() + LAST_WORDS);
    let ended = process_groups.wait(deaf).expect("it was killed");
    assert_eq!((ended.status.signal(), ended.killed), (Some(9), Some(Killed::Stopped)));
}

#[test]
fn a_kill_waits_for_nobody() {
    let process_groups = ProcessGroups::default();
    let child = process_groups.start(shell("sleep 60").stdin(Stdio::piped()), AN_HOUR);
    process_groups.stop();
    process_groups.kill();
    let ended = process_groups.wait(child.expect("sh starts")).expect("it was killed");
    assert_eq!(ended.killed, Some(Killed::Stopped));
}

#[test]
fn what_does_not_exist_does_not_start() {
    let refused = ProcessGroups::default().start(&mut Command::new("no-such-program"), AN_HOUR);
    assert!(matches!(refused, Err(NotStarted::System(_))));
}
