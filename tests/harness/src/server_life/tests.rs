//! A crash is recorded once, and a server crashes at replies that make the promise in question.

use super::*;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;
use trace::Source;

fn kept_stream() -> Stream {
    let stream = Stream::new(Source { now: || Duration::ZERO, thread: String::new });
    stream.keep(10);
    stream
}

fn is_last(promise: Promise, request: Option<&Fact>, reply: Option<&Fact>) -> bool {
    makes(promise as u8, request, reply)
}

fn append(entries: &[u64]) -> Fact {
    Fact::AppendEntries {
        term: 1,
        leader: 0,
        previous_index: 0,
        previous_term: 0,
        entry_terms: entries.iter().copied().collect(),
        commit: 0,
    }
}

#[test]
fn a_vote_is_promised_by_granting_it() {
    let request = Fact::RequestVote { term: 1, candidate: 0, last_index: 0, last_term: 0 };
    let vote = |granted| Fact::Vote { term: 1, granted };
    let vote_asked = |granted, promise| is_last(promise, Some(&request), Some(&vote(granted)));
    assert!(vote_asked(true, Promise::Vote));
    assert!(!vote_asked(false, Promise::Vote));
    assert!(!vote_asked(true, Promise::Entries));
}

#[test]
fn entries_are_promised_by_acknowledging_some() {
    let answered = |entries: &[u64], matched, promise| {
        is_last(promise, Some(&append(entries)), Some(&Fact::Appended { term: 1, matched }))
    };
    assert!(answered(&[1], true, Promise::Entries));
    assert!(!answered(&[1], false, Promise::Entries));
    assert!(!answered(&[], true, Promise::Entries), "a heartbeat");
    assert!(!answered(&[1], true, Promise::Vote));
}

#[test]
fn a_message_that_tells_nothing_may_promise_anything() {
    assert!(is_last(Promise::Vote, None, None));
    assert!(is_last(Promise::Entries, Some(&append(&[1])), None));
    assert!(!is_last(Promise::Vote, Some(&Fact::Other), Some(&Fact::Other)));
}

#[test]
fn an_end_is_recorded_once() {
    let stream = kept_stream();
    let server = Incarnation { server: 1, number: 3 };
    let life = ServerLife::begin(server, stream.clone(), || ());
    assert!(!life.is_over());
    life.end();
    life.end();
    assert!(life.is_over());
    let recorded: Vec<What> =
        stream.recent().unwrap().into_iter().map(|event| event.what).collect();
    assert_eq!(recorded, [What::Crashed { server }]);
}

/// It crashes once, at a save that makes the state smaller, and only if asked to.
#[test]
fn a_crash_at_a_save_is_recorded_and_cuts_off_the_disk() {
    let stream = kept_stream();
    let server = Incarnation { server: 0, number: 0 };
    let cuts = Arc::new(AtomicUsize::new(0));
    let counts = cuts.clone();
    let life = ServerLife::begin(server, stream.clone(), move || {
        counts.fetch_add(1, Ordering::SeqCst);
    });
    life.saved(30, 20);
    assert!(!life.is_over(), "nobody asked for it");
    life.crash_at_smaller_save();
    life.saved(20, 20);
    assert!(!life.is_over(), "it is no smaller");
    life.saved(20, 10);
    life.saved(10, 5);
    life.end();
    assert!(life.is_over());
    assert_eq!(cuts.load(Ordering::SeqCst), 1);
    assert_eq!(stream.recent().unwrap().len(), 1);
}

/// The crash is recorded before the disk is cut off.
#[test]
fn a_crash_at_a_reply_is_recorded_first() {
    let stream = kept_stream();
    let server = Incarnation { server: 0, number: 0 };
    let recorded_by_then = Arc::new(AtomicUsize::new(0));
    let (seen, events) = (recorded_by_then.clone(), stream.clone());
    let crash = Crash {
        incarnation: server,
        stream,
        crashes_at: Arc::new(AtomicU8::new(0)),
        cut_off_disk: Box::new(move || {
            seen.store(events.recent().unwrap().len(), Ordering::SeqCst);
        }),
    };
    assert!(!crash.is_last(None, None), "nobody asked for it");
    crash.crashes_at.store(Promise::Vote as u8, Ordering::SeqCst);
    assert!(crash.is_last(None, None));
    crash.crash();
    assert_eq!(recorded_by_then.load(Ordering::SeqCst), 1);
}
