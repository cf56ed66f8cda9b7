//! Operations are recorded as they were, and the check judges them.

use super::*;
use labrt::sim::{Schedule, simulate};
use labrt::thread::sleep;
use labrt::world::Options;

/// What is found of a history that is made in a world, where there is time.
fn found(steps: u64, make: fn(&History)) -> String {
    let options = Options { name: "history".into(), seed: 1, time_limit: Duration::from_secs(10) };
    let ended = simulate(options, Schedule::default(), move || {
        let history = History::new();
        make(&history);
        match history.check_within(&Limits { steps, ..LIMITS }) {
            Finding::Linearizable => "linearizable".to_owned(),
            Finding::NotLinearizable(report) | Finding::Unknown(report) => report,
        }
    });
    ended.result.expect("nothing else fails")
}

/// A write by client 1, which takes a moment.
fn write(history: &History, call: Call<'_>) {
    let ticket = history.begin(1, "k", call);
    sleep(Duration::from_millis(1));
    history.end(ticket, "");
}

/// A read by client 2, some time later.
fn read(history: &History, value: &str) {
    sleep(Duration::from_millis(1));
    let ticket = history.begin(2, "k", Call::Get);
    history.end(ticket, value);
}

#[test]
fn what_was_written_last_may_be_read() {
    let told = found(LIMITS.steps, |history| {
        read(history, "");
        write(history, Call::Put("a"));
        read(history, "a");
        write(history, Call::Append("b"));
        read(history, "ab");
    });
    assert_eq!(told, "linearizable");
}

#[test]
fn what_was_written_before_may_not() {
    let told = found(LIMITS.steps, |history| {
        write(history, Call::Put("a"));
        sleep(Duration::from_millis(1));
        write(history, Call::Put("b"));
        read(history, "a");
    });
    let sentence = "operations are linearizable: no order explains the 3 operations on key \"k\"\n";
    assert!(told.starts_with(sentence), "{told}");
    assert!(told.contains("get -> \"a\""), "{told}");
}

#[test]
fn what_has_not_returned_may_have_taken_effect_or_not() {
    for value in ["a", "ab"] {
        let told = match value {
            "a" => found(LIMITS.steps, |history| append_without_end(history, "a")),
            _ => found(LIMITS.steps, |history| append_without_end(history, "ab")),
        };
        assert_eq!(told, "linearizable", "{value}");
    }
}

fn append_without_end(history: &History, then_read: &str) {
    write(history, Call::Put("a"));
    let _pending = history.begin(3, "k", Call::Append("b"));
    read(history, then_read);
}

#[test]
fn a_read_that_has_not_returned_says_nothing() {
    let told = found(LIMITS.steps, |history| {
        write(history, Call::Put("a"));
        let _pending = history.begin(3, "k", Call::Get);
        read(history, "a");
    });
    assert_eq!(told, "linearizable");
}

#[test]
fn what_takes_too_long_is_told_in_words() {
    let told = found(1, |history| {
        write(history, Call::Put("a"));
        read(history, "a");
        read(history, "a");
    });
    let sentence = "it could not be decided whether the 3 operations are linearizable: ";
    assert!(told.starts_with(sentence), "{told}");
}
