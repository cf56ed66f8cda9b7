use super::*;
use crate::limits::{HEARTBEAT_INTERVAL, PAUSE};
use crate::situation::{
    Server, command, deliver, entry, follower, leader, next_message, replicate, start, step,
    terms_of,
};

/// An AppendEntries of S1 in `term` that brings entries of these terms after `previous`.
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
    step(state, |state| state.on_append_entries(request, start())).outcome
}

fn conflict(term: Option<u64>, first_index: u64) -> AppendOutcome {
    AppendOutcome::Conflict(Conflict { term: term.map(Term), first_index: Index(first_index) })
}

fn take(leader: &mut Server, number: usize) -> Index {
    step(leader, |leader| leader.take_command(command(number))).expect("it leads").0
}

// 5.2: heartbeats.

#[test]
fn heartbeats_keep_elections_off() {
    let mut state = follower(0, 3, 2, &[]);
    let later = state.election_deadline;
    step(&mut state, |state| state.on_append_entries(append(2, (0, 0), &[], 0), later));
    assert!(state.election_deadline > later);
}

#[test]
fn a_leader_of_an_earlier_term_is_refused_and_keeps_nothing_off() {
    let mut state = follower(0, 3, 3, &[1]);
    let deadline = state.election_deadline;
    assert_eq!(receive(&mut state, append(2, (1, 1), &[2], 2)), AppendOutcome::TermIsOver);
    assert_eq!((terms_of(&state.log), state.commit_index), (vec![1], Index(0)));
    assert_eq!(state.election_deadline, deadline);
}

#[test]
fn a_candidate_recognises_the_leader_of_its_term() {
    let mut state = follower(0, 3, 1, &[]);
    crate::situation::stand(&mut state);
    assert_eq!(receive(&mut state, append(2, (0, 0), &[2], 0)), AppendOutcome::Matched);
    assert!(matches!(state.role, Role::Follower));
    assert_eq!(state.voted_for, Some(ServerId(0)), "its vote for itself stands");
}

#[test]
fn an_idle_leader_sends_a_heartbeat_an_interval() {
    let mut leader = leader(0, 3, 2, &[1]);
    let first = next_message(&mut leader, 1, start()).expect("the first is due at once");
    let Message::Entries(request) = first.message else { panic!("{first:?}") };
    assert_eq!((request.previous_index, request.previous_term), (Index(1), Term(1)));
    assert!(request.entries.is_empty());
    assert!(next_message(&mut leader, 1, start() + HEARTBEAT_INTERVAL - PAUSE).is_none());
    assert!(next_message(&mut leader, 1, start() + HEARTBEAT_INTERVAL).is_some());
    assert!(next_message(&mut leader, 1, start() + HEARTBEAT_INTERVAL).is_none());
}

// 5.3: the follower's side.

#[test]
fn entries_are_taken_over_where_the_previous_one_matches() {
    let mut state = follower(0, 3, 2, &[1, 1]);
    assert_eq!(receive(&mut state, append(2, (2, 1), &[2, 2], 0)), AppendOutcome::Matched);
    assert_eq!(terms_of(&state.log), [1, 1, 2, 2]);
}

#[test]
fn a_log_that_is_too_short_says_where_it_ends() {
    let mut state = follower(0, 3, 2, &[1, 1]);
    assert_eq!(receive(&mut state, append(2, (5, 2), &[2], 0)), conflict(None, 3));
    assert_eq!(terms_of(&state.log), [1, 1]);
}

#[test]
fn a_log_that_differs_says_where_that_term_begins() {
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
fn a_follower_commits_what_the_leader_has_and_it_knows_to_match() {
    let mut state = follower(0, 3, 2, &[1, 1, 1, 1]);
    receive(&mut state, append(2, (2, 1), &[], 4));
    assert_eq!(state.commit_index, Index(2), "what follows may be overwritten yet");
    receive(&mut state, append(2, (2, 1), &[1, 2], 3));
    assert_eq!(state.commit_index, Index(3));
    receive(&mut state, append(2, (1, 1), &[], 1));
    assert_eq!(state.commit_index, Index(3), "an old message takes nothing back");
}

#[test]
fn an_answer_that_matches_a_snapshots_part_is_a_match() {
    let mut state = follower(0, 3, 2, &[1, 1, 2]);
    state.commit_up_to(Index(2));
    state.last_applied = Index(2);
    step(&mut state, |state| state.take_snapshot(Index(2), "snapshot".into()));
    assert_eq!(receive(&mut state, append(2, (0, 0), &[1], 0)), AppendOutcome::Matched);
    assert_eq!(receive(&mut state, append(2, (1, 1), &[1, 2, 2], 4)), AppendOutcome::Matched);
    assert_eq!((terms_of(&state.log), state.commit_index), (vec![2, 2], Index(4)));
    assert_eq!(receive(&mut state, append(2, (2, 1), &[2], 4)), AppendOutcome::Matched);
    assert_eq!(receive(&mut state, append(2, (6, 2), &[2], 4)), conflict(None, 5));
    assert_eq!(receive(&mut state, append(3, (4, 3), &[3], 4)), conflict(Some(2), 3));
}

// 5.3: the leader's side.

#[test]
fn commands_go_out_at_once_and_gather_while_unanswered() {
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
    let Message::Entries(request) = &second.message else { panic!("{second:?}") };
    assert_eq!((request.previous_index, request.entries.len()), (Index(1), 9));
}

#[test]
fn what_is_long_unanswered_is_not_sent_again_but_what_is_new_goes_with_the_heartbeat() {
    let mut leader = leader(0, 3, 2, &[]);
    take(&mut leader, 1);
    next_message(&mut leader, 1, start()).expect("the first message brings the first command");
    take(&mut leader, 2);
    let heartbeat = next_message(&mut leader, 1, start() + HEARTBEAT_INTERVAL).expect("due");
    assert_eq!((heartbeat.sent.first, heartbeat.sent.last), (Index(2), Index(2)));
}

#[test]
fn a_peer_far_behind_is_caught_up_in_pieces() {
    let mut leader = leader(0, 3, 2, &[]);
    let mut peer = follower(1, 3, 2, &[]);
    for _ in 0..5 {
        let command = vec![0; MESSAGE_BYTES / 3].into();
        step(&mut leader, |leader| leader.take_command(command));
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
            step(&mut leader, |leader| {
                leader.on_append_reply(peer.me, &heartbeat.sent, None, now);
            });
        }
        now += PAUSE;
        step(&mut leader, |leader| leader.on_append_reply(peer.me, &probe.sent, None, now));
    }
}

#[test]
fn an_answer_from_a_term_that_is_over_is_ignored() {
    let mut leader = leader(0, 3, 2, &[1, 1]);
    let mut peer = follower(1, 3, 2, &[1, 1]);
    let heartbeat = next_message(&mut leader, 1, start()).expect("due at once");
    step(&mut leader, |leader| leader.observe_term(Term(4), start()));
    crate::situation::stand(&mut leader);
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

// Figure 7: what a new leader may find. All are brought to the leader's log, at the cost of a
// message a term.

#[test]
fn the_followers_of_figure_7_are_repaired() {
    let situations: [(&str, &[u64], usize); 6] = [
        ("a", &[1, 1, 1, 4, 4, 5, 5, 6, 6], 2),
        ("b", &[1, 1, 1, 4], 2),
        ("c", &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6], 1),
        ("d", &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7], 1),
        ("e", &[1, 1, 1, 4, 4, 4, 4], 3),
        ("f", &[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3], 3),
    ];
    for (name, terms, messages) in situations {
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
fn a_leader_backs_up_to_the_end_of_the_followers_term_if_it_has_it() {
    let leader = leader(0, 3, 9, &[1, 1, 4, 4, 4, 6, 6]);
    let back_up = |previous: u64, term: Option<u64>, first_index: u64| {
        let conflict = Conflict { term: term.map(Term), first_index: Index(first_index) };
        leader.back_up(Index(previous), &conflict).0
    };
    assert_eq!(back_up(7, None, 3), 3, "a log that ends before");
    assert_eq!(back_up(7, Some(4), 3), 6, "after our last entry of term 4");
    assert_eq!(back_up(7, Some(5), 4), 4, "we have no term 5: past all of theirs");
    assert_eq!(back_up(2, Some(4), 2), 2, "ours of term 4 come later: no reason to go on there");
    assert_eq!(back_up(3, Some(9), 9), 3, "always back by one at least");
}

#[test]
fn answers_to_heartbeats_do_not_undo_what_backing_up_has_found() {
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
fn followers_learn_soon_of_what_is_committed() {
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
fn a_snapshot_tells_only_that_it_is_committed_itself() {
    let mut leader = leader(0, 3, 2, &[1, 1, 1, 1]);
    leader.commit_up_to(Index(4));
    leader.last_applied = Index(3);
    step(&mut leader, |leader| leader.take_snapshot(Index(3), "snapshot".into()));
    let entries = leader.message_from(Index(5), MESSAGE_BYTES);
    let snapshot = leader.message_from(Index(3), MESSAGE_BYTES);
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
    assert_eq!(s1.commit_index, Index(0), "and still it is not committed");

    // (d): S1 crashes; S5 is elected by S2, S3 and S4, and overwrites it.
    let request = step(&mut s5, |s5| {
        s5.observe_term(Term(4), start());
        s5.stand_for_election(start())
    });
    for voter in [&mut s2, &mut s3] {
        let reply = step(voter, |voter| voter.on_request_vote(&request, start()));
        step(&mut s5, |s5| s5.on_vote_reply(voter.me, request.term, &reply, start()));
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
    let request = crate::situation::stand(&mut s5);
    for voter in [&mut s2, &mut s3] {
        assert!(!step(voter, |voter| voter.on_request_vote(&request, start())).granted);
    }
}
