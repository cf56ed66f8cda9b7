//! Snapshots and what they meet.

use super::{append, elect, install, replicate};
use crate::testing::{Stream, stream};
use course::Situation::{
    EntriesBelowSnapshot, SnapshotRestarts, SnapshotsCrossed, SnapshotsInstalled,
    SnapshotsOnLongerLog, StaleSnapshots,
};
use trace::{Fact, What};

/// S0 leads term 1; S1 has acknowledged so many entries, all committed as far as `commit` says.
fn follower_with(entries: usize, commit: u64) -> Stream {
    let mut s = stream(3);
    elect(&mut s, (0, 1), (0, 0), &[1]);
    let terms = vec![1; entries];
    replicate(&mut s, 1, append((0, 1), (0, 0), &terms, 0));
    replicate(&mut s, 1, append((0, 1), (entries as u64, 1), &[], commit));
    s
}

fn installs(s: &mut Stream, last_index: u64) {
    s.exchange(0, 1, install((0, 1), (last_index, 1)), Fact::Installed { term: 1 });
}

#[test]
fn a_follower_takes_a_snapshot() {
    let mut s = follower_with(2, 0);
    installs(&mut s, 2);
    s.misses(SnapshotsInstalled);
    let call = s.send(0, 1, install((0, 1), (5, 1)));
    let arrival = s.arrive(&call);
    s.misses(SnapshotsInstalled);
    s.answer(&call, arrival, Fact::Installed { term: 1 });
    s.reaches(SnapshotsInstalled);
}

#[test]
fn a_snapshot_meets_a_longer_log() {
    let mut s = follower_with(2, 1);
    installs(&mut s, 2);
    s.misses(SnapshotsOnLongerLog);
    let mut s = follower_with(3, 1);
    installs(&mut s, 2);
    s.reaches(SnapshotsOnLongerLog);
    s.misses(StaleSnapshots);
}

#[test]
fn a_snapshot_comes_after_what_it_covers_was_committed() {
    let mut s = follower_with(3, 2);
    installs(&mut s, 2);
    s.reaches(StaleSnapshots);
    s.misses(SnapshotsOnLongerLog);
    let mut s = follower_with(3, 2);
    installs(&mut s, 3);
    s.misses(StaleSnapshots);
}

/// What it knew to be committed, it has to learn anew.
#[test]
fn a_restarted_server_knows_nothing_to_be_committed() {
    let mut s = follower_with(3, 2);
    s.restart(1);
    installs(&mut s, 2);
    s.misses(StaleSnapshots);
}

#[test]
fn a_snapshot_and_entries_cross() {
    for snapshot_first in [true, false] {
        let mut s = follower_with(2, 2);
        let (entries, snapshot) = (append((0, 1), (2, 1), &[1], 2), install((0, 1), (2, 1)));
        let [first, second] =
            if snapshot_first { [snapshot, entries] } else { [entries, snapshot] };
        let [first, second] = [first, second].map(|request| s.send(0, 1, request));
        s.arrive(&second);
        s.misses(SnapshotsCrossed);
        s.arrive(&first);
        s.reaches(SnapshotsCrossed);
    }
}

#[test]
fn a_snapshot_and_entries_in_order_do_not_cross() {
    let mut s = follower_with(2, 2);
    let heartbeat = s.send(0, 1, append((0, 1), (2, 1), &[], 2));
    installs(&mut s, 2);
    s.arrive(&heartbeat);
    replicate(&mut s, 1, append((0, 1), (2, 1), &[1], 2));
    s.misses(SnapshotsCrossed);
}

#[test]
fn entries_come_from_below_a_snapshot() {
    let mut s = follower_with(3, 3);
    let late = s.send(0, 1, append((0, 1), (1, 1), &[1, 1], 3));
    let at_its_end = s.send(0, 1, append((0, 1), (2, 1), &[1], 3));
    s.record(What::TookSnapshot { server: s.life(1), index: 2 });
    s.arrive(&at_its_end);
    s.misses(EntriesBelowSnapshot);
    s.arrive(&late);
    s.reaches(EntriesBelowSnapshot);
}

#[test]
fn a_server_restarts_from_a_snapshot() {
    let mut s = follower_with(3, 3);
    s.record(What::Saved { server: s.life(1), state_bytes: 9, snapshot_bytes: 9 });
    s.restart(2);
    s.misses(SnapshotRestarts);
    s.restart(1);
    s.reaches(SnapshotRestarts);
}
