//! Histories with a planted violation among many sound operations: each is found illegal, and told in
//! a dozen operations at most, those that matter among them.

use linear::kv::{Action, History, Operation};
use linear::{Limits, Verdict, Violation};
use std::time::Duration;

/// No report has more operations than this.
const A_DOZEN: usize = 12;

/// How many rounds of sound operations go before and after what is planted.
const ROUNDS: u64 = 200;

/// Records operations one after the other, each in a millisecond of its own.
struct Recorder {
    history: History,
    /// The value of the key.
    value: String,
    now: u64,
}

impl Recorder {
    fn new() -> Recorder {
        Recorder { history: History::new(), value: String::new(), now: 0 }
    }

    /// An operation from now on, for so many milliseconds. Returns its number.
    fn record(&mut self, client: u64, action: Action<'_>, takes: u64) -> usize {
        let moment = Duration::from_millis;
        let (call, returned) = (moment(self.now), Some(moment(self.now + takes)));
        self.history.record(Operation { client, key: "k", action, call, returned });
        self.history.len() - 1
    }

    fn append(&mut self, client: u64, text: &str) -> usize {
        let number = self.record(client, Action::Append(text), 1);
        self.value += text;
        self.now += 2;
        number
    }

    fn get(&mut self, client: u64, value: &str) -> usize {
        let number = self.record(client, Action::Get(value), 1);
        self.now += 2;
        number
    }

    /// Sound operations of three clients, two of which append at the same time, and read it all.
    fn go_on(&mut self) {
        for _ in 0..ROUNDS {
            let texts = [1, 2].map(|client| format!("x {client} {} y", self.now));
            texts.iter().zip(1..).for_each(|(text, client)| {
                self.record(client, Action::Append(text), 3);
            });
            let [one, other] = &texts;
            self.value += &format!("{other}{one}");
            self.now += 4;
            let value = self.value.clone();
            self.get(3, &value);
        }
    }

    fn violation(&self) -> Violation {
        match self.history.check(&Limits::default()).verdict {
            Verdict::Illegal(violation) => *violation,
            other => panic!("this is not linearizable, but the verdict is {}", other.name()),
        }
    }
}

/// Plants something in the middle, and says which operations must be in the report.
fn planted(plant: impl FnOnce(&mut Recorder) -> Vec<usize>) -> Violation {
    let mut recorder = Recorder::new();
    recorder.go_on();
    let before = recorder.value.clone();
    let culprits = plant(&mut recorder);
    if recorder.value.starts_with(&before) {
        recorder.go_on();
    }
    let violation = recorder.violation();
    assert!(violation.witness.len() <= A_DOZEN, "{violation}");
    assert!(culprits.iter().all(|culprit| violation.witness.contains(culprit)), "{violation}");
    assert!(violation.prefix.len() >= 3 * ROUNDS as usize, "{} in order", violation.prefix.len());
    for line in violation.to_string().lines() {
        assert!(line.chars().count() < 240, "a line of {} characters", line.chars().count());
    }
    violation
}

#[test]
fn without_one_the_history_is_sound() {
    let mut recorder = Recorder::new();
    recorder.go_on();
    assert!(recorder.history.check(&Limits::default()).verdict.is_ok());
}

#[test]
fn a_stale_read() {
    planted(|recorder| {
        let before = recorder.value.clone();
        let write = recorder.append(1, "new");
        let read = recorder.get(2, &before);
        vec![write, read]
    });
}

#[test]
fn a_lost_append() {
    let violation = planted(|recorder| {
        let before = recorder.value.clone();
        let write = recorder.append(1, "lost");
        recorder.value = before;
        vec![write]
    });
    assert!(violation.to_string().contains("\"lost\""), "{violation}");
}

#[test]
fn an_append_that_is_there_twice() {
    planted(|recorder| {
        recorder.append(1, "twice");
        recorder.value += "twice";
        let value = recorder.value.clone();
        vec![recorder.get(2, &value)]
    });
}

#[test]
fn a_read_from_the_future() {
    planted(|recorder| {
        let value = recorder.value.clone() + "later";
        let read = recorder.get(2, &value);
        let write = recorder.append(1, "later");
        vec![read, write]
    });
}

#[test]
fn appends_of_two_clients_in_the_wrong_order() {
    planted(|recorder| {
        let before = recorder.value.clone();
        let first = recorder.append(1, "first");
        let second = recorder.append(2, "second");
        recorder.value = before + "secondfirst";
        let value = recorder.value.clone();
        vec![first, second, recorder.get(3, &value)]
    });
}

#[test]
fn reads_that_do_not_agree_on_an_order() {
    planted(|recorder| {
        let before = recorder.value.clone();
        recorder.record(1, Action::Append("one"), 20);
        recorder.record(2, Action::Append("two"), 20);
        recorder.now += 5;
        let one = recorder.get(3, &(before.clone() + "one"));
        let two = recorder.get(4, &(before.clone() + "two"));
        recorder.value = before + "onetwo";
        recorder.now += 20;
        vec![one, two]
    });
}

#[test]
fn what_nobody_ever_wrote() {
    let violation = planted(|recorder| {
        let value = recorder.value.clone() + "who?";
        vec![recorder.get(3, &value)]
    });
    assert!(violation.to_string().contains("which nobody wrote"), "{violation}");
}

#[test]
fn with_too_few_steps_nothing_is_known_and_the_steps_are_always_the_same() {
    let mut recorder = Recorder::new();
    recorder.go_on();
    let check = |steps| recorder.history.check(&Limits { steps, ..Limits::default() });
    let steps = check(u64::MAX).steps;
    assert!((0..3).all(|_| check(u64::MAX).steps == steps));
    assert!(matches!(check(steps).verdict, Verdict::Ok));
    let unknown = check(steps / 2);
    assert!(matches!(unknown.verdict, Verdict::Unknown));
    let is_time_up = || true;
    let limits = Limits { is_time_up: Some(&is_time_up), steps: steps / 2, ..Limits::default() };
    assert!(matches!(recorder.history.check(&limits).verdict, Verdict::Unknown));
}
