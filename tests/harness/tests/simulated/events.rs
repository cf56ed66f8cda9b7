//! The stream of events of a run: the rules that watch it, and the file it is written to.

use super::{FIGURES, simulate_as};
use course::{Outcome, Reached, Seeds, Situation, TestRequest, Verdict};
use harness::{Events, Figures};
use labrt::world;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use trace::{Call, Fact, Incarnation, Party, What};

const BROKEN: &str = "one vote a term: S2 voted for S0 in term 7 at 0.000 s and for S1 at 0.000 s \
                      (5.2; figure 2: votedFor)";

fn server(server: usize) -> Incarnation {
    Incarnation { server, number: 1 }
}

/// S2 votes for this candidate in term 7.
fn vote(events: &Events, number: u64, candidate: usize) {
    let fact =
        Fact::RequestVote { term: 7, candidate: candidate as u64, last_index: 0, last_term: 0 };
    let call = Arc::new(Call {
        number,
        from: Some(Party::Server(server(candidate))),
        to: Some(2),
        rpc: "Raft.RequestVote".into(),
        fact: Some(fact),
    });
    let (arrival, by) = (10 + number, server(2));
    events.record(What::Sent { call: call.clone() });
    events.record(What::Arrived { call: call.clone(), arrival, at_server: by });
    events.record(What::Saved { server: by, state_bytes: 1, snapshot_bytes: 0 });
    let fact = Some(Fact::Vote { term: 7, granted: true });
    events.record(What::Answered { call, arrival, by, fact });
}

fn begin() -> Events {
    let events = Events::begin(3, |violation| world::fail(violation.to_string()));
    (0..3).for_each(|number| events.record(What::Started { server: server(number) }));
    events
}

fn votes_twice() -> Figures {
    let events = begin();
    vote(&events, 1, 0);
    vote(&events, 2, 1);
    FIGURES
}

/// What servers do that are being ended is not judged.
fn votes_twice_at_the_end() -> Figures {
    let events = begin();
    vote(&events, 1, 0);
    events.end().expect("its messages tell facts");
    vote(&events, 2, 1);
    FIGURES
}

fn tells_nothing() -> Figures {
    let events = begin();
    let (from, rpc) = (Some(Party::Server(server(0))), "Raft.RequestVote".into());
    let call = Arc::new(Call { number: 1, from, to: Some(2), rpc, fact: None });
    events.record(What::Sent { call: call.clone() });
    events.record(What::Delivered { call, fact: None });
    if let Err(problem) = events.end() {
        world::fail(problem);
    }
    // Once is enough.
    events.end().expect("it was told");
    FIGURES
}

/// S2 votes, and restarts if the seed is even; at the end in any seed.
fn restarts_with_even_seeds() -> Figures {
    let events = begin();
    vote(&events, 1, 0);
    let restart = || {
        events.record(What::Crashed { server: server(2) });
        events.record(What::Started { server: Incarnation { server: 2, number: 2 } });
    };
    if world::seed().is_multiple_of(2) {
        restart();
    }
    events.end().expect("its messages tell facts");
    restart();
    FIGURES
}

fn reached(outcome: &Outcome) -> Option<Vec<Situation>> {
    let reached = outcome.simulated.as_ref().expect("it was simulated").reached;
    reached.map(|reached: Reached| reached.iter().collect())
}

/// A directory with the log of one seed, and what is beside it; gone with this value.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Directory {
        let path = env::temp_dir().join(format!("raftlab-events-{}-{name}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Directory(path)
    }

    fn request(&self) -> TestRequest {
        let log_file = Some(self.0.join("log.txt"));
        TestRequest { seeds: Some(Seeds::one(5)), log_file, ..TestRequest::default() }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_broken_rule_fails_the_test_and_the_events_are_beside_the_log() {
    let name = "events::a_broken_rule_fails_the_test_and_the_events_are_beside_the_log";
    let directory = Directory::new("broken");
    let left = simulate_as(name, &directory.request(), &[], votes_twice);
    assert_eq!(left.ended[0].verdict, Verdict::Failed);
    assert_eq!(left.ended[0].what.as_deref(), Some(BROKEN));

    let trace = trace::file::read(&directory.0.join("events.jsonl")).unwrap();
    assert_eq!(trace.header.seed, 5);
    assert_eq!(trace.cut_off, None);
    assert_eq!(trace.events.len(), 3 + 2 * 4, "{:?}", trace.events);
    let options = rules::Options { servers: 3, persistence: trace.header.persistence };
    let mut rules = rules::Rules::new(options);
    let broken = trace.events.iter().find_map(|event| rules.see(event));
    assert_eq!(broken.unwrap().to_string(), BROKEN, "the file is judged as the run was");
}

#[test]
fn what_is_done_after_the_end_is_not_judged() {
    let name = "events::what_is_done_after_the_end_is_not_judged";
    let directory = Directory::new("ended");
    let left = simulate_as(name, &directory.request(), &[], votes_twice_at_the_end);
    assert_eq!(left.ended[0].verdict, Verdict::Passed, "{}", left.output);
}

#[test]
fn rules_that_are_not_watched_are_noted_or_fail_where_they_are_required() {
    let name = "events::rules_that_are_not_watched_are_noted_or_fail_where_they_are_required";
    let directory = Directory::new("untold");
    let left = simulate_as(name, &directory.request(), &[], tells_nothing);
    assert_eq!(left.ended[0].verdict, Verdict::Passed, "{}", left.output);
    let note = "rules not watched: Raft.RequestVote tells no facts";
    assert!(left.ended[0].notes.iter().any(|it| it.starts_with(note)), "{:?}", left.ended[0]);
    assert_eq!(left.ended[0].notes.len(), 1);

    let required = [("RULES", "required")];
    let left = simulate_as(name, &directory.request(), &required, tells_nothing);
    assert_eq!(left.ended[0].verdict, Verdict::Failed);
    let what = left.ended[0].what.as_deref().unwrap_or_default();
    assert!(what.starts_with(note) && what.ends_with("(RULES=required)"), "{what}");
}

#[test]
fn each_seed_leaves_what_it_reached_until_its_servers_are_ended() {
    let name = "events::each_seed_leaves_what_it_reached_until_its_servers_are_ended";
    let seeds = Some("5..8".parse().expect("these are seeds"));
    let request = TestRequest { seeds, ..TestRequest::default() };
    let left = simulate_as(name, &request, &[], restarts_with_even_seeds);
    let reached: Vec<_> = left.ended.iter().map(reached).collect();
    let voter_restarted = Some(vec![Situation::VotersRestarted]);
    assert_eq!(reached, [Some(vec![]), voter_restarted, Some(vec![])], "{}", left.output);
}

#[test]
fn where_messages_do_not_tell_it_is_not_known_what_was_reached() {
    let name = "events::where_messages_do_not_tell_it_is_not_known_what_was_reached";
    let directory = Directory::new("not-reached");
    let left = simulate_as(name, &directory.request(), &[], tells_nothing);
    assert_eq!(reached(&left.ended[0]), None, "{}", left.output);
}
