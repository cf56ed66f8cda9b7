//! Which facts are missed.

use crate::testing::{Stream, appended, heartbeat, request_vote, stream, vote};
use trace::{Party, What};

/// An RPC that tells nothing is replied to.
fn silent(stream: &mut Stream, rpc: &'static str) {
    let mut call = (*stream.call(0, 1, None)).clone();
    call.rpc = rpc.into();
    stream.deliver(&call.into(), None);
}

#[test]
fn nothing_is_missed_where_nothing_is_sent_or_all_is_told() {
    let mut stream = stream(3);
    assert!(stream.untold().is_empty());
    stream.exchange(0, 1, request_vote(0, 1), vote(1, false));
    assert!(stream.untold().is_empty(), "no one has led yet");
    stream.exchange(1, 2, heartbeat(1, 1), appended(1, true));
    silent(&mut stream, "Raft.PreVote");
    assert!(stream.untold().is_empty(), "an RPC of one's own needs no facts");
}

#[test]
fn an_rpc_that_tells_nothing_is_named() {
    let mut stream = stream(3);
    for rpc in ["Raft.RequestVote", "Raft.Replicate", "Raft.InstallSnapshot"] {
        silent(&mut stream, rpc);
        silent(&mut stream, rpc);
    }
    assert_eq!(
        stream.untold(),
        [
            "Raft.RequestVote tells no facts",
            "no message tells the fact AppendEntries",
            "Raft.InstallSnapshot tells no facts"
        ]
    );
}

#[test]
fn a_reply_that_tells_nothing_is_missed() {
    let mut stream = stream(3);
    let call = stream.send(0, 1, request_vote(0, 1));
    assert!(stream.untold().is_empty(), "it may have been lost");
    stream.deliver(&call, None);
    assert_eq!(stream.untold(), ["no reply tells the fact Vote"]);
}

#[test]
fn what_clients_say_is_nothing_of_rafts() {
    let mut stream = stream(3);
    let mut call = (*stream.call(0, 1, None)).clone();
    call.from = Some(Party::Client(1));
    stream.record(What::Delivered { call: call.into(), fact: None });
    assert!(stream.untold().is_empty());
}
