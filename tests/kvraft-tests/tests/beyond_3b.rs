//! Part beyond-3B: the scenarios of beyond-3A with snapshots, and what only snapshots can break.
//!
//! Worth no points. Every history is judged as in the graded tests.

use harness::{NetworkMode, graded};
use kvraft_tests::beyond::{self, MAX_RAFT_STATE, OldLeader, Retries, Waiting};
use kvraft_tests::{Cluster, ELECTION_TIMEOUT, Scenario, Setup};
use labrpc::{Cut, LinkFaults};
use labrt::thread::sleep;

/// A request arrives again when the clerk's next one is done, perhaps at a server that has begun
/// from a snapshot.
#[test]
fn late_duplicates_beyond_3b() {
    graded(|| beyond::late_duplicates(Some(MAX_RAFT_STATE)));
}

/// An answer is lost, a snapshot covers the request, servers crash, the clerk asks again.
#[test]
fn retries_beyond_3b() {
    graded(|| beyond::retries(Retries { rounds: 5, max_raft_state: Some(MAX_RAFT_STATE) }));
}

/// A clerk waits at the old leader for a command that a snapshot covers.
#[test]
fn covered_commands_beyond_3b() {
    graded(|| {
        let max_raft_state = Some(MAX_RAFT_STATE);
        beyond::old_leader(OldLeader { rounds: 3, others: 60..80, max_raft_state })
    });
}

/// A server that has caught up by a snapshot, onto values of its own, is asked for them before it
/// starts again.
#[test]
fn read_after_snapshot_beyond_3b() {
    graded(|| {
        let (network_mode, max_raft_state) = (NetworkMode::Reliable, Some(MAX_RAFT_STATE));
        let cluster = Cluster::new(Setup { servers: 3, network_mode, max_raft_state });
        let mut client = cluster.make_client(0, cluster.servers());
        client.put("first", "before");
        for round in 0..3 {
            let Some((leader, rest)) = cluster.leader_and_others() else { break };
            let behind = rest[round % rest.len()];
            cluster.disconnect(behind, cluster.others(behind));
            // Only the snapshot brings it the first write: the log has some of the later ones.
            let value = format!("in round {round}");
            client.put("first", &value);
            (0..40).for_each(|_| client.put("later", &value));
            cluster.connect(behind, cluster.servers());
            sleep(ELECTION_TIMEOUT);

            // For a while no other can be elected.
            for other in cluster.others(behind) {
                for peer in cluster.others(other) {
                    let cut = LinkFaults { cut: Some(Cut::Requests), ..LinkFaults::default() };
                    cluster.set_link(other, peer, cut);
                }
            }
            let links = client.links();
            cluster.disconnect_client(&links, [leader]);
            let mut waiting = Waiting::new();
            waiting.start(client, "client 0's gets", move |client| {
                client.check("first", &value);
                client.check("later", &value);
            });
            sleep(2 * ELECTION_TIMEOUT);
            cluster.fix_links();
            cluster.connect_client(&links, cluster.servers());
            client = waiting.all_done(&cluster).remove(0);
        }
        cluster.finish()
    });
}

/// Requests arrive and their replies do not, or the other way round, then all servers crash: what
/// was done already is part of the snapshots.
#[test]
fn one_way_links_beyond_3b() {
    graded(|| {
        Scenario {
            clients: 5,
            one_way_links: true,
            restarts: true,
            max_raft_state: Some(MAX_RAFT_STATE),
            ..Scenario::default()
        }
        .play()
    });
}

/// Everything at once.
#[test]
fn storm_beyond_3b() {
    graded(|| beyond::storm(Some(MAX_RAFT_STATE)));
}
