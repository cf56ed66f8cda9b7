//! Which facts are missed.

use crate::testing::{Stream, appended, heartbeat, request_vote, stream, vote};
use trace::{Fact, Party, What};

/// A request that tells nothing.
fn silent(stream: &mut Stream, rpc: &'static str) {
    let mut call = (*stream.call(0, 1, None)).clone();
    call.rpc = rpc.into();
    stream.record(What::Sent { call: call.into() });
}

#[test]
fn nothing_is_missed_where_nothing_is_sent_or_all_is_told() {
    let mut stream = stream(3);
    assert!(stream.untold().is_empty());
    stream.exchange(0, 1, request_vote(0, 1), vote(1, false));
    stream.exchange(1, 2, heartbeat(1, 1), appended(1, true));
    stream.exchange(1, 2, Fact::Other, Fact::Other);
    assert!(stream.untold().is_empty());
}

#[test]
fn an_rpc_that_tells_nothing_is_named_once() {
    let mut stream = stream(3);
    for rpc in ["Raft.RequestVote", "Raft.PreVote"] {
        silent(&mut stream, rpc);
        silent(&mut stream, rpc);
    }
    assert_eq!(stream.untold(), ["Raft.RequestVote tells no facts", "Raft.PreVote tells no facts"]);
}

#[test]
fn a_reply_that_tells_nothing_is_missed() {
    let mut stream = stream(3);
    let call = stream.send(0, 1, request_vote(0, 1));
    assert!(stream.untold().is_empty(), "it may have been lost");
    stream.deliver(&call, None);
    assert_eq!(stream.untold(), [format!("the reply to {} tells no fact", call.rpc)]);
}

#[test]
fn what_clients_say_is_nothing_of_rafts() {
    let mut stream = stream(3);
    let mut call = (*stream.call(0, 1, None)).clone();
    call.from = Some(Party::Client(1));
    stream.record(What::Sent { call: call.into() });
    assert!(stream.untold().is_empty());
}
