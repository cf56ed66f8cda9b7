//! Beyond 2A: votes and requests that arrive terms late, links that fail in one direction, and what
//! makes elections slow, not wrong. Nothing here gives a command, so all of it can run as soon as
//! 2A is done.

mod elections;

use harness::graded;
use raft_tests::Cluster;
use raft_tests::beyond::timers;

/// A server that has granted its vote waits as long as after a heartbeat before it stands for
/// election itself (5.2).
#[test]
fn granted_vote_resets_timer_beyond_2a() {
    graded(|| timers::granted_vote(Cluster::reliable(5)));
}

/// Heartbeats of an earlier term do not keep a server from standing for election.
#[test]
fn old_leader_keeps_timer_beyond_2a() {
    graded(|| timers::old_leader(Cluster::reliable(5)));
}

/// A candidate's votes arrive when it stands in a later term than it asked in (5.2).
#[test]
fn late_votes_beyond_2a() {
    graded(|| elections::late_votes(Cluster::reliable(5)));
}

/// A candidate's requests arrive when the voter is in a later term (5.1).
#[test]
fn late_requests_beyond_2a() {
    graded(|| elections::late_requests(Cluster::reliable(3)));
}

/// A leader and a candidate learn of a later term by replies only (5.1).
#[test]
fn later_term_in_replies_beyond_2a() {
    graded(|| elections::later_term_in_replies(Cluster::reliable(3)));
}

/// A leader that is answered does not stand for election (figure 4).
#[test]
fn leader_stays_beyond_2a() {
    graded(|| elections::leader_stays(Cluster::reliable(3)));
}

/// Seven servers, and links that fail and come back all the time, many in one direction.
#[test]
fn flapping_links_beyond_2a() {
    graded(|| elections::flapping_links(Cluster::unreliable(7)));
}
