//! What a file of events is said to hold.

use super::*;
use std::sync::Arc;
use std::time::Duration;
use trace::{Call, Incarnation};

fn event(number: u64, what: What) -> Event {
    Event { number, at: Duration::from_millis(number * 100), thread: None, what }
}

fn trace(first: u64) -> Trace {
    let header = file::Header {
        test: String::from("initial_2a"),
        seed: 7,
        servers: 3,
        persistence: false,
        simulated: true,
        kit: String::from("2026.2"),
    };
    let rpc = "Raft.RequestVote".into();
    let call = Arc::new(Call { number: 1, from: None, to: None, rpc, fact: None });
    let server = Incarnation { server: 1, number: 1 };
    let events = vec![
        event(first, What::Started { server }),
        event(first + 1, What::Sent { call: call.clone() }),
        event(first + 2, What::Delivered { call, fact: None }),
    ];
    Trace { header, events, cut_off: None }
}

#[test]
fn a_whole_file_has_its_calls_counted_and_is_judged() {
    let trace = trace(1);
    assert_eq!(
        describe(&trace, &judge(&trace)),
        "initial_2a, seed 7, 3 servers, simulated, version 2026.2: 3 events up to 0.300 s\n\
         \x20 Raft.RequestVote         1 sent, 0 arrived, 1 replies\n\
         \x20 no rule is broken in these 3 events\n"
    );
}

#[test]
fn what_is_missing_is_said() {
    let cut = Trace { cut_off: Some(String::from("line 9 is no event")), ..trace(41) };
    let text = describe(&cut, &judge(&cut));
    assert!(text.contains("the rules do not judge it: it lacks the first 40 events"), "{text}");
    assert!(text.contains("  line 9 is no event\n"), "{text}");
}

#[test]
fn a_rule_that_is_broken_is_told_with_its_event() {
    let trace = trace(1);
    let violation = Violation { rule: rules::Rule::OneVote, what: String::from("twice") };
    let text = describe(&trace, &Judgement::Broken(&trace.events[1], violation));
    assert!(text.contains("broken by event 2, at 0.200000 s: one vote a term: twice ("), "{text}");
}

#[test]
fn a_file_with_a_gap_or_too_many_servers_is_not_judged() {
    let mut gap = trace(1);
    gap.events.remove(1);
    let text = describe(&gap, &judge(&gap));
    assert!(text.contains("do not judge it: events are missing before event 3\n"), "{text}");
    let mut many = trace(1);
    many.header.servers = usize::MAX;
    let text = describe(&many, &judge(&many));
    assert!(text.contains("servers (limit 128)\n"), "{text}");
}
