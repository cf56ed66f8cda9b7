//! Beyond 3A: what the tests of 3A cannot show, or hardly. Requests of clerks that arrive twice and
//! late; retries at the next leader, and after a restart; commands that another leader replaces
//! while their clerks wait; reads at a leader that was cut off; links that fail one way.
//!
//! Worth no points. Every history is judged as in the graded tests.

use harness::graded;
use kvraft_tests::beyond::{self, OldLeader, Retries, Waiting};
use kvraft_tests::{Client, Cluster, Scenario};
use labrpc::{Cut, LinkFaults};
use labrt::rand::{random_bool, random_range};
use labrt::thread::sleep;
use labrt::time::Duration;

/// A request arrives again when the clerk's next one is done: it changes nothing any more.
#[test]
fn late_duplicates_beyond_3a() {
    graded(|| beyond::late_duplicates(None));
}

/// An answer is lost, the leader crashes, the clerk asks again.
#[test]
fn retries_beyond_3a() {
    graded(|| beyond::retries(Retries { rounds: 5, max_raft_state: None }));
}

/// Where a clerk's command was to be applied at the old leader, another's is.
#[test]
fn replaced_commands_beyond_3a() {
    graded(|| beyond::old_leader(OldLeader { rounds: 3, others: 1..8, max_raft_state: None }));
}

/// The old leader's commands are replaced by nothing: its handlers must see for themselves that
/// they wait in vain.
#[test]
fn nothing_replaces_beyond_3a() {
    graded(|| beyond::old_leader(OldLeader { rounds: 3, others: 0..1, max_raft_state: None }));
}

/// A leader that was cut off, wholly or one way, answers no read with what has been overwritten.
#[test]
fn stale_reads_beyond_3a() {
    graded(|| {
        let cluster = Cluster::reliable(3);
        let mut writer = cluster.make_client(0, cluster.servers());
        let mut readers: Vec<Client> = (1..3).map(|it| cluster.make_client(it, [])).collect();
        for round in 0..5 {
            let links = writer.links();
            cluster.connect_client(&links, cluster.servers());
            writer.put("k", &format!("before {round}"));
            let Some((leader, rest)) = cluster.leader_and_others() else { break };
            let is_deaf = random_bool(0.5);
            for other in &rest {
                cluster.set_link(leader, *other, cut(Cut::Requests));
                // Either it hears nothing at all, or others' requests come but not its replies.
                let back = if is_deaf { Cut::Requests } else { Cut::Replies };
                cluster.set_link(*other, leader, cut(back));
            }
            cluster.disconnect_client(&links, [leader]);
            cluster.wait_for_leader(&rest);
            writer.put("k", &format!("after {round}"));

            let (mut waiting, mut caught) = (Waiting::new(), Vec::new());
            for reader in readers {
                caught.push(reader.links());
                cluster.disconnect_client(&reader.links(), cluster.servers());
                cluster.connect_client(&reader.links(), [leader]);
                waiting.start(reader, "a get that came to the old leader", |it| drop(it.get("k")));
            }
            sleep(Duration::from_millis(random_range(0..300)));
            cluster.fix_links();
            sleep(Duration::from_millis(random_range(0..300)));
            caught.iter().for_each(|links| cluster.connect_client(links, cluster.servers()));
            readers = waiting.all_done(&cluster);
        }
        cluster.finish()
    });
}

/// Requests arrive and their replies do not, or the other way round, between servers and from
/// clients: each operation is done once all the same.
#[test]
fn one_way_links_beyond_3a() {
    graded(|| Scenario { clients: 5, one_way_links: true, ..Scenario::default() }.play());
}

/// Everything at once.
#[test]
fn storm_beyond_3a() {
    graded(|| beyond::storm(None));
}

fn cut(cut: Cut) -> LinkFaults {
    LinkFaults { cut: Some(cut), ..LinkFaults::default() }
}
