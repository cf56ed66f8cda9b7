//! A leader with clerks that wait is cut off, the others elect another, and then all is well again.
//!
//! The clerks' commands are replaced: by commands of other clerks at the same indexes, or by none
//! at all, or by a snapshot that covers them. So a handler must not take what is applied at its
//! index for its own command, and must not wait for it for ever (Lab 3's hints; section 8).

use super::Waiting;
use crate::appends::element;
use crate::client::Client;
use crate::cluster::{Cluster, Setup};
use crate::links::ClientLinks;
use harness::{NetworkMode, ScenarioResult};
use kvraft::ServerId;
use labrpc::{Cut, LinkFaults};
use labrt::rand::{random_bool, random_range};
use labrt::thread::sleep;
use labrt::time::Duration;
use std::ops::Range;

const SERVERS: usize = 5;

/// Clerks that wait at the old leader.
const WAITING: usize = 4;

/// How the scenario is played.
#[derive(Debug, Clone)]
pub struct OldLeader {
    /// How often.
    pub rounds: usize,
    /// How many operations another clerk does meanwhile.
    pub others: Range<usize>,
    /// The size of the Raft state, in bytes, that is to be kept down by snapshots.
    pub max_raft_state: Option<usize>,
}

/// Plays the scenario. The keys are "w", to which the clerks that wait append, and "o", to which
/// the other does; all read both.
pub fn old_leader(how: OldLeader) -> ScenarioResult {
    let OldLeader { rounds, others, max_raft_state } = how;
    let network_mode = NetworkMode::Reliable;
    let cluster = Cluster::new(Setup { servers: SERVERS, network_mode, max_raft_state });
    let mut free = cluster.make_client(WAITING, cluster.servers());
    let mut clients: Vec<Client> = (0..WAITING).map(|it| cluster.make_client(it, [])).collect();
    let (mut appended, mut by_free) = (0, 0);
    for _ in 0..rounds {
        free.get("w");
        let Some((leader, rest)) = cluster.leader_and_others() else { continue };
        cut_off(&cluster, leader, &rest);
        let links = free.links();
        cluster.disconnect_client(&links, [leader]);
        let (waiting, caught) = wait_at(&cluster, leader, clients, appended);
        appended += 1;
        sleep(Duration::from_millis(random_range(0..100)));

        // Other commands come to the same indexes, or none do.
        if cluster.wait_for_leader(&rest).is_some() {
            for _ in 0..random_range(others.clone()) {
                match random_bool(0.3) {
                    true => drop(free.get("w")),
                    false => {
                        free.append("o", &element(WAITING, by_free));
                        by_free += 1;
                    }
                }
            }
        }
        cluster.fix_links();
        cluster.connect_all();
        // For a while the clerks reach nobody else: the old leader must not answer them wrongly.
        sleep(Duration::from_millis(random_range(0..1000)));
        cluster.connect_client(&links, cluster.servers());
        caught.iter().for_each(|links| cluster.connect_client(links, cluster.servers()));
        clients = waiting.all_done(&cluster);
    }
    let value = free.get("w");
    let appends = (0..WAITING).filter(|number| number % 2 == 0).map(|number| (number, appended));
    cluster.check_appends("w", &value, appends);
    let value = free.get("o");
    cluster.check_appends("o", &value, [(WAITING, by_free)]);
    cluster.finish()
}

/// The others do not hear of the leader any more; it may still hear of them.
fn cut_off(cluster: &Cluster, leader: ServerId, rest: &[ServerId]) {
    if random_bool(0.5) {
        return cluster.partition(&[leader], rest);
    }
    let cut = |cut| LinkFaults { cut: Some(cut), ..LinkFaults::default() };
    for other in rest {
        cluster.set_link(leader, *other, cut(Cut::Requests));
        // What it hears of them is a later term at most.
        cluster.set_link(*other, leader, cut(Cut::Replies));
    }
}

/// Lets each client do something while it reaches the leader alone. Even ones append, odd ones
/// read.
fn wait_at(
    cluster: &Cluster,
    leader: ServerId,
    clients: Vec<Client>,
    next: usize,
) -> (Waiting, Vec<ClientLinks>) {
    let (mut waiting, links) = (Waiting::new(), clients.iter().map(Client::links).collect());
    for (number, client) in clients.into_iter().enumerate() {
        cluster.disconnect_client(&client.links(), cluster.servers());
        cluster.connect_client(&client.links(), [leader]);
        match number % 2 {
            0 => waiting.start(client, "an append that came to the old leader", move |client| {
                client.append("w", &element(number, next));
            }),
            _ => waiting.start(client, "a get that came to the old leader", |client| {
                client.get("o");
                client.get("w");
            }),
        }
        sleep(Duration::from_millis(random_range(0..10)));
    }
    (waiting, links)
}
