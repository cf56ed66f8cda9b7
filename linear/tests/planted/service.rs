//! Simulates a key/value service with many clients, and with a bug if asked for.

use linear::kv::{Action, History, Operation};
use std::time::Duration;

/// What goes wrong, once, late in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A get returns what was there before an append that had returned.
    StaleRead,
    /// An append returns and never happens.
    LostAppend,
    /// An append happens again later.
    AppendTwice,
    /// A get returns what is appended only later.
    FutureRead,
    /// A get returns two appends in another order than the others do.
    OtherOrder,
}

const CLIENTS: u64 = 15;
const EACH: u64 = 60;

/// An operation, in the order of taking effect.
struct Step {
    client: u64,
    key: usize,
    call: u64,
    moment: u64,
    returned: u64,
    kind: Kind,
}

#[derive(PartialEq, Eq)]
enum Kind {
    Get(String),
    Put(String),
    Append(String),
}

/// Random numbers, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// What the clients of a service see.
pub fn simulated(seed: u64, keys: usize, bug: Option<Bug>) -> History {
    let mut steps = plan(&mut Dice(seed), keys);
    execute(&mut steps, keys);
    if let Some(bug) = bug {
        plant(bug, &mut steps);
    }
    let mut history = History::new();
    for step in &steps {
        let action = match &step.kind {
            Kind::Get(value) => Action::Get(value),
            Kind::Put(text) => Action::Put(text),
            Kind::Append(text) => Action::Append(text),
        };
        let (call, returned) =
            (Duration::from_micros(step.call), Duration::from_micros(step.returned));
        let key = step.key.to_string();
        history.record(Operation {
            client: step.client,
            key: &key,
            action,
            call,
            returned: Some(returned),
        });
    }
    history
}

fn plan(dice: &mut Dice, keys: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    for client in 0..CLIENTS {
        let mut call = dice.below(100);
        for number in 0..EACH {
            let moment = call + dice.below(100);
            let returned = moment + dice.below(100);
            let text = format!("x {client} {number} y");
            let kind = match dice.below(100) {
                // Towards the end nothing is replaced any more, so that a bug can be seen.
                0..4 if number < EACH / 2 => Kind::Put(text),
                0..50 => Kind::Append(text),
                _ => Kind::Get(String::new()),
            };
            let key = dice.below(keys as u64) as usize;
            steps.push(Step { client, key, call, moment, returned, kind });
            call = returned + 1;
        }
    }
    steps.sort_by_key(|step| (step.moment, step.client));
    steps
}

/// Every get returns what is there.
fn execute(steps: &mut [Step], keys: usize) {
    let mut values = vec![String::new(); keys];
    for step in steps {
        let value = &mut values[step.key];
        match &mut step.kind {
            Kind::Get(read) => read.clone_from(value),
            Kind::Put(text) => value.clone_from(text),
            Kind::Append(text) => *value += text,
        }
    }
}

/// Finds the last append that a get called after its return has seen, and what else the bug needs;
/// and lets it happen.
fn plant(bug: Bug, steps: &mut [Step]) {
    let place = (0..steps.len() * 4 / 5).rev().find(|&place| {
        matches!(steps[place].kind, Kind::Append(_)) && later_get(steps, place).is_some()
    });
    let place = place.expect("some append is seen");
    let get = later_get(steps, place).expect("it was found before");
    let Kind::Append(text) = &steps[place].kind else { panic!("this is an append") };
    let text = text.clone();
    match bug {
        Bug::StaleRead => {
            let before = value_before(steps, place);
            steps[get].kind = Kind::Get(before);
        }
        Bug::LostAppend => replace_in_reads(steps, &text, ""),
        Bug::AppendTwice => replace_in_reads(steps, &text, &text.repeat(2)),
        Bug::FutureRead => {
            // The append is called after a get that has seen it returned.
            let returned = steps[get].returned;
            (steps[place].call, steps[place].returned) = (returned + 1, returned + 2);
        }
        Bug::OtherOrder => {
            let Kind::Get(read) = &steps[get].kind else { panic!("this is a get") };
            let (before, after) = read.split_once(&text).expect("it has seen the append");
            let turned = format!("{text}{before}{after}");
            assert_ne!(&turned, read);
            steps[get].kind = Kind::Get(turned);
        }
    }
}

/// A get of the same key, called after this returned, that has seen it.
fn later_get(steps: &[Step], place: usize) -> Option<usize> {
    let Kind::Append(text) = &steps[place].kind else { return None };
    (place..steps.len()).find(|&later| {
        let step = &steps[later];
        let has_seen = matches!(&step.kind, Kind::Get(read) if read.contains(text));
        step.key == steps[place].key && step.call > steps[place].returned && has_seen
    })
}

fn value_before(steps: &[Step], place: usize) -> String {
    let mut value = String::new();
    for step in steps[..place].iter().filter(|step| step.key == steps[place].key) {
        match &step.kind {
            Kind::Get(_) => {}
            Kind::Put(text) => value.clone_from(text),
            Kind::Append(text) => value += text,
        }
    }
    value
}

fn replace_in_reads(steps: &mut [Step], text: &str, with: &str) {
    for step in steps {
        if let Kind::Get(read) = &mut step.kind {
            *read = read.replace(text, with);
        }
    }
}
