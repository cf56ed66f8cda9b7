//! A clerk's request is executed, or about to be, when its leader crashes; the answer is lost, and
//! the clerk asks the next leader, and the one after that, which may have begun from a snapshot.
//!
//! Each of them must know that the request is done: by its log and its snapshot, for it was not the
//! one that answered (section 8). And it may find the first copy in its log, not yet committed:
//! when the second arrives it does not know of it, when both are applied it must.

use super::Waiting;
use crate::ELECTION_TIMEOUT;
use crate::appends::element;
use crate::cluster::{Cluster, Setup};
use crate::links::ClientLinks;
use harness::{NetworkMode, ScenarioResult};
use kvraft::ServerId;
use labrpc::{Cut, LinkFaults};
use labrt::rand::{random_bool, random_range};
use labrt::thread::sleep;
use labrt::time::Duration;

const SERVERS: usize = 3;

/// With snapshots, another clerk writes so often before the next leader is asked: more than fits
/// into a Raft state.
const WRITES: usize = 40;

/// How the scenario is played.
#[derive(Debug, Clone, Copy)]
pub struct Retries {
    /// How often.
    pub rounds: usize,
    /// The size of the Raft state, in bytes, that is to be kept down by snapshots.
    pub max_raft_state: Option<usize>,
}

/// Plays the scenario.
pub fn retries(how: Retries) -> ScenarioResult {
    let Retries { rounds, max_raft_state } = how;
    let network_mode = NetworkMode::Reliable;
    let cluster = Cluster::new(Setup { servers: SERVERS, network_mode, max_raft_state });
    let mut other = cluster.make_client(1, cluster.servers());
    let mut client = cluster.make_client(0, cluster.servers());
    let mut expected = String::new();
    for round in 0..rounds {
        client.check("k", &expected);
        let Some((leader, rest)) = cluster.leader_and_others() else { break };
        let links = client.links();
        match random_bool(0.5) {
            true => set_client_links(&cluster, &links, Some(Cut::Replies)),
            false => delay_acknowledgements(&cluster, leader, &rest),
        }
        let element = element(0, round);
        expected += &element;
        let mut waiting = Waiting::new();
        waiting.start(client, "client 0's append", move |client| client.append("k", &element));
        sleep(Duration::from_millis(random_range(20..150)));

        cluster.restart(leader);
        sleep(random_range(Duration::ZERO..ELECTION_TIMEOUT));
        if max_raft_state.is_some() {
            (0..WRITES)
                .for_each(|next| other.put(&(next % 10).to_string(), "what takes its place"));
        }
        if random_bool(0.5) {
            cluster.servers().for_each(|server| cluster.restart(server));
        }
        cluster.fix_links();
        set_client_links(&cluster, &links, None);
        client = waiting.all_done(&cluster).remove(0);
        other.check("k", &expected);
    }
    cluster.finish()
}

/// What the client asks is done, but it hears of no answer.
fn set_client_links(cluster: &Cluster, links: &ClientLinks, cut: Option<Cut>) {
    for server in cluster.servers() {
        cluster.set_client_link(links, server, LinkFaults { cut, ..LinkFaults::default() });
    }
}

/// What the leader appends comes to the others, but it does not learn so in time.
fn delay_acknowledgements(cluster: &Cluster, leader: ServerId, rest: &[ServerId]) {
    for other in rest {
        let reply_delay = Duration::from_millis(200);
        cluster.set_link(leader, *other, LinkFaults { reply_delay, ..LinkFaults::default() });
    }
}
