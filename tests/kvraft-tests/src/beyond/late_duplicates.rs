//! Requests of clerks arrive twice, the second time when the clerk's next request is done.
//!
//! A clerk makes one request at a time, but the network may keep a copy of an earlier one: "it"
//! (section 8) is executed already, and so are later ones. The course's network keeps none, so
//! there a server that knows only the very last request again passes.

use crate::appends::element;
use crate::client::Client;
use crate::cluster::{Cluster, Setup};
use crate::links::ClientLinks;
use harness::{NetworkMode, ScenarioResult};
use labrpc::{Faults, LinkFaults};
use labrt::rand::random_range;
use labrt::thread;
use labrt::time::Duration;

const SERVERS: usize = 3;
const CLIENTS: usize = 5;

/// How many elements each client appends.
const APPENDS: usize = 10;

/// Plays the scenario on servers that keep their Raft state down to this size, if any. With
/// snapshots, servers are restarted meanwhile.
pub fn late_duplicates(max_raft_state: Option<usize>) -> ScenarioResult {
    let network_mode = NetworkMode::Unreliable;
    let cluster = Cluster::new(Setup { servers: SERVERS, network_mode, max_raft_state });
    cluster.network().set_faults(Faults { duplication: 0.2, ..Faults::default() });
    thread::scope(|scope| {
        for number in 0..CLIENTS {
            let client = cluster.make_client(number, cluster.servers());
            let cluster = &cluster;
            scope.spawn(move || append_now_and_then_late(cluster, client, number));
        }
        if max_raft_state.is_some() {
            for _ in 0..4 {
                thread::sleep(Duration::from_millis(random_range(300..1000)));
                let servers: Vec<_> = cluster.servers().collect();
                cluster.restart(servers[random_range(0..servers.len())]);
            }
        }
    });
    let mut checker = cluster.make_client(CLIENTS, cluster.servers());
    for number in 0..CLIENTS {
        let key = number.to_string();
        let value = checker.get(&key);
        cluster.check_appends(&key, &value, [(number, APPENDS)]);
    }
    cluster.finish()
}

/// Every other request is late, and its second copy later still: the request after it passes by.
fn append_now_and_then_late(cluster: &Cluster, mut client: Client, number: usize) {
    let (key, links, mut expected) = (number.to_string(), client.links(), String::new());
    for next in 0..APPENDS {
        let millis = if next % 2 == 0 { random_range(50..1000) } else { 0 };
        delay(cluster, &links, Duration::from_millis(millis));
        let element = element(number, next);
        client.append(&key, &element);
        expected += &element;
        if next % 2 == 1 {
            client.check(&key, &expected);
        }
    }
    delay(cluster, &links, Duration::ZERO);
    client.check(&key, &expected);
}

fn delay(cluster: &Cluster, links: &ClientLinks, request_delay: Duration) {
    for server in cluster.servers() {
        let late = LinkFaults { request_delay, ..LinkFaults::default() };
        cluster.set_client_link(links, server, late);
    }
}
