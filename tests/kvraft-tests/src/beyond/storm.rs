//! Everything at once for a while: links between servers that fail one way, answers to clerks that
//! are lost, requests that arrive twice, leaders that are cut off, servers that crash. Then all is
//! well, and every clerk is answered.

use super::Waiting;
use crate::appends::element;
use crate::client::Client;
use crate::cluster::{Cluster, Setup};
use crate::links::ClientLinks;
use harness::{NetworkMode, ScenarioResult};
use kvraft::ServerId;
use labrpc::{Cut, Faults, LinkFaults};
use labrt::rand::{random_bool, random_range};
use labrt::sync::atomic::{AtomicBool, Ordering};
use labrt::thread::sleep;
use labrt::time::Duration;
use std::sync::Arc;

const SERVERS: usize = 5;
const CLIENTS: usize = 4;

/// How many things go wrong.
const MISHAPS: usize = 40;

/// Plays the scenario on servers that keep their Raft state down to this size, if any. Clients
/// write to each other's keys: the history tells what each may read.
pub fn storm(max_raft_state: Option<usize>) -> ScenarioResult {
    let network_mode = NetworkMode::Unreliable;
    let cluster = Cluster::new(Setup { servers: SERVERS, network_mode, max_raft_state });
    let (mut waiting, mut links) = (Waiting::new(), Vec::new());
    let stop = Arc::new(AtomicBool::new(false));
    for number in 0..CLIENTS {
        let (client, stop) = (cluster.make_client(number, cluster.servers()), stop.clone());
        links.push(client.links());
        let work = move |client: &mut Client| work(client, number, &stop);
        waiting.start(client, "a client's last operation", work);
    }
    cluster.network().set_faults(Faults { duplication: 0.1, ..Faults::default() });
    for _ in 0..MISHAPS {
        mishap(&cluster, &links);
        sleep(Duration::from_millis(random_range(20..300)));
    }

    cluster.network().set_reliable(true);
    cluster.fix_links();
    cluster.connect_all();
    for links in &links {
        cluster.connect_client(links, cluster.servers());
        fix_client(&cluster, links);
    }
    stop.store(true, Ordering::Relaxed);
    for mut client in waiting.all_done(&cluster) {
        (0..CLIENTS).for_each(|key| drop(client.get(&key.to_string())));
    }
    cluster.finish()
}

/// One more thing goes wrong, or all links are mended.
fn mishap(cluster: &Cluster, clients: &[ClientLinks]) {
    let server = any(cluster);
    let client = &clients[random_range(0..clients.len())];
    match random_range(0..10) {
        // An arm each: requests of one server, replies to it, and a leader that nobody hears.
        0 => cluster.set_link(server, any(cluster), cut(Cut::Requests)),
        1 => cluster.set_link(server, any(cluster), cut(Cut::Replies)),
        2 => {
            let leader = cluster.leader().unwrap_or(server);
            for other in cluster.others(leader) {
                cluster.set_link(leader, other, cut(Cut::Requests));
            }
        }
        3 => {
            let leader = cluster.leader().unwrap_or(server);
            cluster.disconnect(leader, cluster.others(leader));
        }
        4 => cluster.restart(server),
        5 => cluster.set_client_link(client, server, cut(Cut::Replies)),
        6 => cluster.disconnect_client(client, [server]),
        _ => {
            cluster.fix_links();
            cluster.connect_all();
            clients.iter().for_each(|client| cluster.connect_client(client, cluster.servers()));
            clients.iter().for_each(|client| fix_client(cluster, client));
        }
    }
}

fn any(cluster: &Cluster) -> ServerId {
    ServerId(random_range(0..cluster.size()))
}

fn cut(cut: Cut) -> LinkFaults {
    LinkFaults { cut: Some(cut), ..LinkFaults::default() }
}

fn fix_client(cluster: &Cluster, links: &ClientLinks) {
    for server in cluster.servers() {
        cluster.set_client_link(links, server, LinkFaults::default());
    }
}

fn work(client: &mut Client, number: usize, stop: &AtomicBool) {
    let mut written = 0;
    while !stop.load(Ordering::Relaxed) {
        let key = random_range(0..CLIENTS).to_string();
        let element = element(number, written);
        written += 1;
        match random_range(0..10) {
            0..5 => client.append(&key, &element),
            5 => client.put(&key, &element),
            _ => drop(client.get(&key)),
        }
        if random_bool(0.7) {
            sleep(Duration::from_millis(random_range(0..30)));
        }
    }
}
