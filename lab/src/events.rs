//! `lab events`: says what a file of events holds, and judges it by the paper's rules, as the test
//! that wrote it did.

use crate::exit::Exit;
use crate::report::console::Console;
use crate::text::printable;
use rules::{Options, Rules, Violation};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use trace::file::{self, Trace};
use trace::{Event, What};

/// No cluster has more servers.
const MAX_SERVERS: usize = 128;

/// What the rules say of a file.
#[derive(Debug)]
enum Judgement<'t> {
    Kept,
    /// The first event that breaks a rule, and how.
    Broken(&'t Event, Violation),
    /// It has not all events from the first on: what is missing might explain the rest.
    NotJudged {
        why: String,
    },
}

/// Reads the file and prints what it holds. It is a failure if a rule is broken.
pub fn events(path: &Path) -> Exit {
    let trace = match file::read(path) {
        Ok(trace) => trace,
        Err(error) => {
            eprintln!("error: {}: {error}", path.display());
            return Exit::Usage;
        }
    };
    let judgement = judge(&trace);
    Console::open().print(&describe(&trace, &judgement));
    if let Judgement::Broken(..) = judgement { Exit::Failed } else { Exit::Passed }
}

fn judge(trace: &Trace) -> Judgement<'_> {
    let not_judged = |why: String| Judgement::NotJudged { why };
    let first = trace.events.first().map_or(1, |event| event.number);
    if first > 1 {
        let why = format!("it lacks the first {} events (EVENTS=1 writes all)", first - 1);
        return not_judged(why);
    }
    if let Some((event, _)) = trace.events.iter().zip(1..).find(|(it, place)| it.number != *place) {
        return not_judged(format!("events are missing before event {}", event.number));
    }
    let file::Header { servers, persistence, .. } = trace.header;
    if servers > MAX_SERVERS {
        return not_judged(format!("it is of {servers} servers (limit {MAX_SERVERS})"));
    }
    let mut rules = Rules::new(Options { servers, persistence });
    let broken = trace.events.iter().find_map(|event| Some((event, rules.see(event)?)));
    broken.map_or(Judgement::Kept, |(event, violation)| Judgement::Broken(event, violation))
}

fn describe(trace: &Trace, judgement: &Judgement<'_>) -> String {
    let file::Header { test, seed, servers, simulated, kit, .. } = &trace.header;
    let test = printable(test);
    let mode = if *simulated { "simulated" } else { "real threads" };
    let (count, last) = (trace.events.len(), trace.events.last());
    let seconds = last.map_or(0.0, |event| event.at.as_secs_f64());
    let mut text = format!(
        "{test}, seed {seed}, {servers} servers, {mode}, version {kit}: {count} events up to \
         {seconds:.3} s\n"
    );
    for (rpc, Calls { sent, arrived, delivered }) in calls(trace) {
        let rpc = printable(rpc);
        let _ = writeln!(text, "  {rpc:<24} {sent} sent, {arrived} arrived, {delivered} replies");
    }
    if let Some(problem) = &trace.cut_off {
        let _ = writeln!(text, "  {problem}");
    }
    let _ = match judgement {
        Judgement::Kept => writeln!(text, "  no rule is broken in these {count} events"),
        Judgement::NotJudged { why } => writeln!(text, "  the rules do not judge it: {why}"),
        Judgement::Broken(event, violation) => {
            let (number, at) = (event.number, event.at.as_secs_f64());
            writeln!(text, "  broken by event {number}, at {at:.6} s: {violation}")
        }
    };
    text
}

/// How many calls of one RPC there were.
#[derive(Default)]
struct Calls {
    sent: u64,
    arrived: u64,
    delivered: u64,
}

fn calls(trace: &Trace) -> BTreeMap<&str, Calls> {
    let mut calls: BTreeMap<&str, Calls> = BTreeMap::new();
    for event in &trace.events {
        match &event.what {
            What::Sent { call } => calls.entry(&call.rpc).or_default().sent += 1,
            What::Arrived { call, .. } => calls.entry(&call.rpc).or_default().arrived += 1,
            What::Delivered { call, .. } => calls.entry(&call.rpc).or_default().delivered += 1,
            _ => {}
        }
    }
    calls
}

#[cfg(test)]
mod tests;
