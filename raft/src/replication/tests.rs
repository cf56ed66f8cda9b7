use super::*;
use crate::testing::fixture::{
    Server, command, deliver, entry, follower, leader, next_message, replicate, run_rule, start,
    terms_of,
};
use crate::timing::{HEARTBEAT_INTERVAL, PAUSE};

/// An AppendEntries of S1 in `term` with entries of these terms after `previous`.
fn append(term: u64, previous: (u64, u64), terms: &[u64], commit: u64) -> AppendEntries {
    let indexes = previous.0 as usize + 1..;
    AppendEntries {
        term: Term(term),
        leader: ServerId(1),
        previous_index: Index(previous.0),
        previous_term: Term(previous.1),
        entries: indexes.zip(terms).map(|(index, &term)| entry(index, term)).collect(),
        leader_commit: Index(commit),
    }
}

fn receive(state: &mut Server, request: AppendEntries) -> AppendOutcome {
    run_rule(state, |state| state.on_append_entries(request, start())).outcome
}

fn conflict(term: Option<u64>, first_index: u64) -> AppendOutcome {
    AppendOutcome::Conflict(Conflict { term: term.map(Term), first_index: Index(first_index) })
}

fn take(leader: &mut Server, number: usize) -> Index {
    run_rule(leader, |leader| leader.propose(command(number))).expect("it leads").0
}

// 5.2: heartbeats.

#[test]
fn heartbeats_reset_the_election_timer() {
    let mut state = follower(0, 3, 2, &[]);
    let later = state.election_deadline;
    run_rule(&mut state, |state| state.on_append_entries(append(2, (0, 0), &[], 0), later));
    assert!(state.election_deadline > later);
}

#[test]
fn a_leader_of_an_earlier_term_is_refused_and_does_not_reset_the_timer() {
    let mut state = follower(0, 3, 3, &[1]);
    let deadline = state.election_deadline;
    assert_eq!(receive(&mut state, append(2, (1, 1), &[2], 2)), AppendOutcome::StaleTerm);
    assert_eq!((terms_of(&state.log), state.commit_index), (vec![1], Index(0)));
    assert_eq!(state.election_deadline, deadline);
}

#[test]
fn a_candidate_accepts_the_leader_of_its_term() {
    let mut state = follower(0, 3, 1, &[]);
    crate::testing::fixture::start_election(&mut state);
    assert_eq!(receive(&mut state, append(2, (0, 0), &[2], 0)), AppendOutcome::Matched);
    assert!(matches!(state.role, Role::Follower));
    assert_eq!(state.voted_for, Some(ServerId(0)), "its vote for itself stands");
}

#[test]
fn an_idle_leader_sends_a_heartbeat_an_interval() {
    let mut leader = leader(0, 3, 2, &[1]);
    let first = next_message(&mut leader, 1, start()).expect("the first is due at once");
    let PeerRequest::Entries(request) = first.request else { panic!("{first:?}") };
    assert_eq!((request.previous_index, request.previous_term), (Index(1), Term(1)));
    assert!(request.entries.is_empty());
    assert!(next_message(&mut leader, 1, start() + HEARTBEAT_INTERVAL - PAUSE).is_none());
    assert!(next_message(&mut leader, 1, start() + HEARTBEAT_INTERVAL).is_some());
    assert!(next_message(&mut leader, 1, start() + HEARTBEAT_INTERVAL).is_none());
}

// 5.3: the follower's side.

#[test]
fn entries_are_appended_where_the_previous_one_matches() {
    let mut state = follower(0, 3, 2, &[1, 1]);
    assert_eq!(receive(&mut state, append(2, (2, 1), &[2, 2], 0)), AppendOutcome::Matched);
    assert_eq!(terms_of(&state.log), [1, 1, 2, 2]);
}

#[test]
fn a_log_that_is_too_short_replies_where_it_ends() {
    let mut state = follower(0, 3, 2, &[1, 1]);
    assert_eq!(receive(&mut state, append(2, (5, 2), &[2], 0)), conflict(None, 3));
    assert_eq!(terms_of(&state.log), [1, 1]);
}

#[test]
fn a_log_that_differs_replies_where_that_term_begins() {
    let mut state = follower(0, 3, 5, &[1, 2, 2, 2, 3]);
    assert_eq!(receive(&mut state, append(5, (4, 4), &[4], 0)), conflict(Some(2), 2));
    assert_eq!(terms_of(&state.log), [1, 2, 2, 2, 3], "only entries that differ are dropped");
}

#[test]
fn a_late_message_drops_nothing_that_came_after_it() {
    let mut state = follower(0, 3, 2, &[]);
    receive(&mut state, append(2, (0, 0), &[1, 2, 2], 0));
    for late in [
        append(2, (0, 0), &[1], 0),
        append(2, (1, 1), &[2], 0),
        append(2, (0, 0), &[], 0),
        append(2, (0, 0), &[1, 2, 2], 0),
    ] {
        assert_eq!(receive(&mut state, late), AppendOutcome::Matched);
        assert_eq!(terms_of(&state.log), [1, 2, 2]);
    }
}

#[test]
fn a_follower_commits_up_to_leader_commit_or_its_last_new_entry() {
    let mut state = follower(0, 3, 2, &[1, 1, 1, 1]);
    receive(&mut state, append(2, (2, 1), &[], 4));
    assert_eq!(state.commit_index, Index(2), "the entries after it may still conflict");
    receive(&mut state, append(2, (2, 1), &[1, 2], 3));
    assert_eq!(state.commit_index, Index(3));
    receive(&mut state, append(2, (1, 1), &[], 1));
    assert_eq!(state.commit_index, Index(3), "an old message does not lower it");
}

#[test]
fn entries_that_the_snapshot_covers_match() {
    let mut state = follower(0, 3, 2, &[1, 1, 2]);
    state.commit_up_to(Index(2));
    state.last_applied = Index(2);
    run_rule(&mut state, |state| state.take_snapshot(Index(2), "snapshot".into()));
    assert_eq!(receive(&mut state, append(2, (0, 0), &[1], 0)), AppendOutcome::Matched);
    assert_eq!(receive(&mut state, append(2, (1, 1), &[1, 2, 2], 4)), AppendOutcome::Matched);
    assert_eq!((terms_of(&state.log), state.commit_index), (vec![2, 2], Index(4)));
    assert_eq!(receive(&mut state, append(2, (2, 1), &[2], 4)), AppendOutcome::Matched);
    assert_eq!(receive(&mut state, append(2, (6, 2), &[2], 4)), conflict(None, 5));
    assert_eq!(receive(&mut state, append(3, (4, 3), &[3], 4)), conflict(Some(2), 3));
}

// 5.3: the leader's side.

#[test]
fn commands_are_sent_at_once_and_batched_while_unanswered() {
    let mut leader = leader(0, 3, 2, &[]);
    let mut peer = follower(1, 3, 2, &[]);
    replicate(&mut leader, &mut peer);
    let now = start() + HEARTBEAT_INTERVAL;
    assert_eq!(take(&mut leader, 1), Index(1));
    let first = next_message(&mut leader, 1, now).expect("due at once");
    for number in 2..=10 {
        take(&mut leader, number);
        assert!(next_message(&mut leader, 1, now).is_none(), "the first is unanswered");
    }
    deliver(&mut leader, &mut peer, first, now);
    let second = next_message(&mut leader, 1, now).expect("due at once");
    let PeerRequest::Entries(request) = &second.request else { panic!("{second:?}") };
    assert_eq!((request.previous_index, request.entries.len()), (Index(1), 9));
}

#[test]
fn unanswered_entries_are_not_sent_again_but_new_ones_go_with_the_heartbeat() {
    let mut leader = leader(0, 3, 2, &[]);
    take(&mut leader, 1);
    next_message(&mut leader, 1, start()).expect("the first message carries the first command");
    take(&mut leader, 2);
    let heartbeat = next_message(&mut leader, 1, start() + HEARTBEAT_INTERVAL).expect("due");
    assert_eq!((heartbeat.sent.first, heartbeat.sent.last), (Index(2), Index(2)));
}

#[test]
fn a_peer_far_behind_is_caught_up_in_several_messages() {
    let mut leader = leader(0, 3, 2, &[]);
    let mut peer = follower(1, 3, 2, &[]);
    for _ in 0..5 {
        let command = vec![0; MAX_MESSAGE_BYTES / 3].into();
        run_rule(&mut leader, |leader| leader.propose(command));
    }
    assert_eq!(replicate(&mut leader, &mut peer), 3);
    assert_eq!(peer.log.last(), Index(5));
}

#[test]
fn a_peer_lost_while_probed_gets_the_entries_again_only_when_they_are_known_to_be_lost() {
    let mut leader = leader(0, 3, 2, &[1; 100]);
    let mut peer = follower(1, 3, 2, &[1]);
    let mut now = start();
    let heartbeat = next_message(&mut leader, 1, now).expect("due at once");
    deliver(&mut leader, &mut peer, heartbeat, now);
    for _ in 0..3 {
        let probe = next_message(&mut leader, 1, now).expect("due");
        assert_eq!((probe.sent.first, probe.sent.last), (Index(2), Index(100)));
        for _ in 0..50 {
            now += HEARTBEAT_INTERVAL;
            let heartbeat = next_message(&mut leader, 1, now).expect("due");
            assert_eq!((heartbeat.sent.first, heartbeat.sent.last), (Index(2), Index(1)));
            run_rule(&mut leader, |leader| {
                leader.on_append_reply(peer.me, &heartbeat.sent, None, now);
            });
        }
        now += PAUSE;
        run_rule(&mut leader, |leader| leader.on_append_reply(peer.me, &probe.sent, None, now));
    }
}

#[test]
fn a_reply_to_a_message_of_an_earlier_term_is_ignored() {
    let mut leader = leader(0, 3, 2, &[1, 1]);
    let mut peer = follower(1, 3, 2, &[1, 1]);
    let heartbeat = next_message(&mut leader, 1, start()).expect("due at once");
    run_rule(&mut leader, |leader| leader.adopt_later_term(Term(4), start()));
    crate::testing::fixture::start_election(&mut leader);
    let granted = crate::message::RequestVoteReply { term: Term(5), granted: true };
    leader.on_vote_reply(ServerId(2), Term(5), &granted, start());
    assert!(leader.is_leader());
    deliver(&mut leader, &mut peer, heartbeat, start());
    assert!(leader.followers().all(|(_, progress)| progress.matched() == Index(0)));
}

#[test]
fn a_reply_from_a_later_term_unseats_the_leader() {
    let mut leader = leader(0, 3, 2, &[]);
    let mut peer = follower(1, 3, 7, &[]);
    let heartbeat = next_message(&mut leader, 1, start()).expect("due at once");
    deliver(&mut leader, &mut peer, heartbeat, start());
    assert_eq!((leader.is_leader(), leader.term), (false, Term(7)));
}

// Figure 7: the logs that a new leader may find. Each becomes the leader's log, with one message
// for each term.

#[test]
fn the_followers_of_figure_7_are_repaired() {
    let followers: [(&str, &[u64], usize); 6] = [
        ("a", &[1, 1, 1, 4, 4, 5, 5, 6, 6], 2),
        ("b", &[1, 1, 1, 4], 2),
        ("c", &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6], 1),
        ("d", &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7], 1),
        ("e", &[1, 1, 1, 4, 4, 4, 4], 3),
        ("f", &[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3], 3),
    ];
    for (name, terms, messages) in followers {
        let mut leader = leader(0, 7, 8, &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6]);
        let mut peer = follower(1, 7, 7, terms);
        assert_eq!(replicate(&mut leader, &mut peer), messages, "({name})");
        assert_eq!(peer.log.entries_from(Index(1), 1000)[..10], entries(&leader)[..], "({name})");

        take(&mut leader, 1);
        replicate(&mut leader, &mut peer);
        assert_eq!(entries(&peer), entries(&leader), "({name}) after a new command");
    }
}

fn entries(state: &Server) -> Vec<Entry> {
    state.log.entries_from(Index(1), usize::MAX)
}

#[test]
fn a_leader_goes_back_to_the_end_of_the_followers_term_if_it_has_it() {
    let leader = leader(0, 3, 9, &[1, 1, 4, 4, 4, 6, 6]);
    let next = |previous: u64, term: Option<u64>, first_index: u64| {
        let conflict = Conflict { term: term.map(Term), first_index: Index(first_index) };
        leader.next_after_conflict(Index(previous), &conflict).0
    };
    assert_eq!(next(7, None, 3), 3, "a log that ends before");
    assert_eq!(next(7, Some(4), 3), 6, "after our last entry of term 4");
    assert_eq!(next(7, Some(5), 4), 4, "we have no term 5");
    assert_eq!(next(2, Some(4), 2), 2, "our term 4 begins later");
    assert_eq!(next(3, Some(9), 9), 3, "always back by one at least");
}

#[test]
fn replies_to_heartbeats_do_not_restart_the_probing() {
    let mut leader = leader(0, 3, 9, &[1, 5, 5, 5, 8, 8, 8, 8]);
    let mut peer = follower(1, 3, 7, &[1, 2, 2, 3, 3, 4]);
    let mut now = start();
    for _ in 0..6 {
        // Of any two messages only the heartbeat, the later one, is answered.
        next_message(&mut leader, 1, now);
        now += HEARTBEAT_INTERVAL;
        let heartbeat = next_message(&mut leader, 1, now).expect("due");
        deliver(&mut leader, &mut peer, heartbeat, now);
    }
    assert_eq!(terms_of(&peer.log), [1, 5, 5, 5, 8, 8, 8, 8]);
}

// 5.4.2: commitment.

#[test]
fn an_entry_is_committed_when_a_majority_has_it() {
    for servers in 1..=8 {
        let mut leader = leader(0, servers, 1, &[]);
        take(&mut leader, 1);
        for peer in 1..crate::quorum::quorum(servers) {
            assert_eq!(leader.commit_index, Index(0), "{peer} of {servers}");
            replicate(&mut leader, &mut follower(peer, servers, 1, &[]));
        }
        assert_eq!(leader.commit_index, Index(1), "{servers} servers");
    }
}

#[test]
fn followers_learn_the_commit_index_soon() {
    let mut leader = leader(0, 3, 1, &[]);
    let mut peer = follower(1, 3, 1, &[]);
    take(&mut leader, 1);
    replicate(&mut leader, &mut peer);
    assert_eq!((leader.commit_index, peer.commit_index), (Index(1), Index(0)));
    let soon = start() + HEARTBEAT_INTERVAL + PAUSE;
    let notice = next_message(&mut leader, 1, soon).expect("due after a pause");
    deliver(&mut leader, &mut peer, notice, soon);
    assert_eq!(peer.commit_index, Index(1));
    let mut none_until = |later| next_message(&mut leader, 1, soon + later).is_none();
    assert!(none_until(PAUSE) && none_until(HEARTBEAT_INTERVAL - PAUSE), "once is enough");
    assert!(!none_until(HEARTBEAT_INTERVAL));
}

#[test]
fn a_snapshot_carries_its_last_index_as_the_commit_index() {
    let mut leader = leader(0, 3, 2, &[1, 1, 1, 1]);
    leader.commit_up_to(Index(4));
    leader.last_applied = Index(3);
    run_rule(&mut leader, |leader| leader.take_snapshot(Index(3), "snapshot".into()));
    let entries = leader.request_from(Index(5), MAX_MESSAGE_BYTES);
    let snapshot = leader.request_from(Index(3), MAX_MESSAGE_BYTES);
    assert_eq!((entries.commit(), snapshot.commit()), (Index(4), Index(3)));
}

/// Figure 8: S1 leads term 2 and replicates its entry at 2 to S2 only (a); S5 leads term 3 with
/// another entry there (b); S1 leads term 4 and goes on replicating its entry of term 2 (c).
#[test]
fn an_entry_of_an_earlier_term_is_not_committed_by_counting() {
    let mut s1 = leader(0, 5, 4, &[1, 2]);
    let mut s2 = follower(1, 5, 2, &[1, 2]);
    let mut s3 = follower(2, 5, 3, &[1]);
    let mut s5 = follower(4, 5, 3, &[1, 3]);
    replicate(&mut s1, &mut s2);
    replicate(&mut s1, &mut s3);
    assert_eq!(terms_of(&s3.log), [1, 2], "a majority has it");
    assert_eq!(s1.commit_index, Index(0), "but it is not committed");

    // (d): S1 crashes; S5 is elected by S2, S3 and S4, and overwrites it.
    let request = run_rule(&mut s5, |s5| {
        s5.adopt_later_term(Term(4), start());
        s5.start_election(start())
    });
    for voter in [&mut s2, &mut s3] {
        let reply = run_rule(voter, |voter| voter.on_request_vote(&request, start()));
        run_rule(&mut s5, |s5| s5.on_vote_reply(voter.me, request.term, &reply, start()));
    }
    assert!(s5.is_leader());
    replicate(&mut s5, &mut s2);
    assert_eq!(terms_of(&s2.log), [1, 3]);
}

/// Figure 8 (e): an entry of its own term, on a majority, commits all before it.
#[test]
fn an_entry_of_the_own_term_commits_what_precedes_it() {
    let mut s1 = leader(0, 5, 4, &[1, 2]);
    let mut s2 = follower(1, 5, 2, &[1, 2]);
    let mut s3 = follower(2, 5, 3, &[1]);
    take(&mut s1, 1);
    replicate(&mut s1, &mut s2);
    replicate(&mut s1, &mut s3);
    assert_eq!(s1.commit_index, Index(3));

    let mut s5 = follower(4, 5, 4, &[1, 3]);
    let request = crate::testing::fixture::start_election(&mut s5);
    for voter in [&mut s2, &mut s3] {
        assert!(!run_rule(voter, |voter| voter.on_request_vote(&request, start())).granted);
    }
}
