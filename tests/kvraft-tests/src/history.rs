//! Records the operations of all clients, and checks that the history is linearizable.
//!
//! Operations are recorded as they return, under one lock. What a Get read is not kept: nearly all
//! of it is the beginning of a later value, and the recorder keeps it only once. The course keeps a
//! copy of each, which for values that grow all the time takes the square of their length.
//!
//! The stamps are the world's time, virtual if it is. There many operations are called at the very
//! moment at which another returns; such two count as concurrent.

use labrt::sync::Mutex;
use labrt::time::Duration;
use labrt::world;
use linear::kv::{Action, Operation};
use linear::{Limits, Verdict, Violation};
use log::info;
use std::collections::BTreeMap;
use std::fs;

/// What the check may take. The course gives it a second by the clock, so that it depends on the
/// machine what is found; steps do not. These take a second or two, and dead ends some 45 MiB.
///
/// A history that takes more leaves the test undecided. The course then takes it to be sound.
const LIMITS: Limits<'static> = Limits {
    steps: 60_000_000,
    dead_ends: 1 << 20,
    report_steps: 30_000_000,
    is_time_up: None,
    is_exact: false,
    prunes: true,
};

/// The name of the file, beside the log, that a history is kept in which is not known to be
/// linearizable: `lab linear` reads it.
const KEPT: &str = "history.jsonl";

/// A history of more text is not kept: of values that grow all the time every read is written in
/// full.
const MOST_KEPT_BYTES: u64 = 64 << 20;

/// What a client asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Call<'a> {
    Get,
    Put(&'a str),
    Append(&'a str),
}

/// Stands for an operation under way.
#[must_use = "an operation that returns is to be ended"]
pub(crate) struct Ticket(u64);

/// What the check of a history came to.
pub(crate) enum Finding {
    /// There is an order that explains all that was read.
    Linearizable,
    /// There is none; in words, and then the operations that show it.
    NotLinearizable(String),
    /// It would take too long to tell; in words.
    Unknown(String),
}

/// All operations of all clients.
pub(crate) struct History {
    state: Mutex<State>,
}

struct State {
    returned: linear::kv::History,
    /// The operations under way, in the order of their calls.
    pending: BTreeMap<u64, Pending>,
    /// How many were called so far.
    called: u64,
}

struct Pending {
    client: usize,
    key: String,
    kind: Kind,
    /// What is written.
    value: String,
    call: Duration,
}

#[derive(Clone, Copy)]
enum Kind {
    Get,
    Put,
    Append,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Get => "get",
            Kind::Put => "put",
            Kind::Append => "append",
        }
    }
}

impl History {
    /// No operation yet.
    pub(crate) fn new() -> History {
        let returned = linear::kv::History::new();
        History { state: Mutex::new(State { returned, pending: BTreeMap::new(), called: 0 }) }
    }

    /// The client calls now.
    pub(crate) fn begin(&self, client: usize, key: &str, call: Call<'_>) -> Ticket {
        let (kind, value) = match call {
            Call::Get => (Kind::Get, ""),
            Call::Put(value) => (Kind::Put, value),
            Call::Append(value) => (Kind::Append, value),
        };
        let (key, value) = (key.to_owned(), value.to_owned());
        let pending = Pending { client, key, kind, value, call: world::elapsed() };
        let mut state = self.state.lock();
        state.called += 1;
        let ticket = state.called;
        state.pending.insert(ticket, pending);
        Ticket(ticket)
    }

    /// The operation returns now; a Get with this value.
    pub(crate) fn end(&self, ticket: Ticket, read: &str) {
        let returned = world::elapsed();
        let mut state = self.state.lock();
        let pending = state.pending.remove(&ticket.0).expect("it was begun and not yet ended");
        state.returned.record(pending.operation(read, Some(returned)));
    }

    /// The operation that has been under way longest, in words, if it is for this long at least.
    pub(crate) fn waiting(&self, long: Duration) -> Option<String> {
        let state = self.state.lock();
        let oldest = state.pending.values().next()?;
        let waited = world::elapsed().saturating_sub(oldest.call);
        (waited >= long).then(|| {
            let (client, key, name) = (oldest.client, &oldest.key, oldest.kind.name());
            format!("client {client} has waited {waited:.0?} for its {name} of key {key:?}")
        })
    }

    /// Whether all of it is linearizable. What has not returned by now is recorded as pending: it
    /// may have taken effect or not.
    pub(crate) fn check(&self) -> Finding {
        self.check_within(&LIMITS)
    }

    fn check_within(&self, limits: &Limits<'_>) -> Finding {
        let mut state = self.state.lock();
        let state = &mut *state;
        for pending in std::mem::take(&mut state.pending).values() {
            state.returned.record(pending.operation("", None));
        }
        let checked = state.returned.check(limits);
        if !checked.verdict.is_ok() {
            keep(&state.returned);
        }
        let (called, steps, word) = (state.called, checked.steps, checked.verdict.name());
        info!(target: "history", "{called} operations, {word} after {steps} steps");
        match checked.verdict {
            Verdict::Ok => Finding::Linearizable,
            Verdict::Illegal(violation) => {
                harness::proved_wrong();
                Finding::NotLinearizable(in_words(&violation))
            }
            Verdict::Unknown => Finding::Unknown(format!(
                "it could not be decided whether the {called} operations are linearizable: {steps} \
                 steps were not enough"
            )),
        }
    }
}

/// The property in a sentence, and what shows that it does not hold.
fn in_words(violation: &Violation) -> String {
    let Violation { key, operations, .. } = violation;
    let sentence = format!(
        "operations are linearizable: no order explains the {operations} operations on key {key:?}"
    );
    // The report's own first line says the same.
    let rest = violation.to_string();
    let rest = rest.trim_end().lines().skip(1);
    std::iter::once(sentence.as_str()).chain(rest).collect::<Vec<_>>().join("\n")
}

/// Writes the history beside the log, if there is one.
fn keep(history: &linear::kv::History) {
    let Some(path) = harness::log::beside(KEPT) else { return };
    if history.text_bytes() > MOST_KEPT_BYTES {
        return info!(target: "history", "not kept: {} bytes of text", history.text_bytes());
    }
    if let Err(error) = fs::write(&path, linear::format::to_json(history)) {
        info!(target: "history", "cannot be written to {}: {error}", path.display());
    }
}

impl Pending {
    fn operation<'a>(&'a self, read: &'a str, returned: Option<Duration>) -> Operation<'a> {
        let Pending { client, key, kind, value, call } = self;
        let action = match kind {
            Kind::Get => Action::Get(read),
            Kind::Put => Action::Put(value),
            Kind::Append => Action::Append(value),
        };
        Operation { client: *client as u64, key, action, call: *call, returned }
    }
}

#[cfg(test)]
mod tests;
