//! The links between servers, and those from clients to servers. They are independent: a client may
//! reach both sides of a partition.

use crate::cluster::Cluster;
use harness::random_text;
use kvraft::ServerId;
use labrpc::{ClientEnd, Cut, LinkFaults};
use labrt::rand::random_range;
use labrt::sync::atomic::{AtomicBool, Ordering};
use labrt::thread::sleep;
use labrt::time::Duration;
use log::{debug, info};
use trace::Party;

/// The links of one client to every server. A handle, so that another thread can change them while
/// the client waits for an answer.
#[derive(Debug, Clone)]
pub struct ClientLinks {
    /// The names of its ends, by server.
    pub(crate) ends: Vec<String>,
}

impl Cluster {
    /// Lets the client reach these servers.
    pub fn connect_client(&self, links: &ClientLinks, servers: impl IntoIterator<Item = ServerId>) {
        for server in servers {
            debug!(target: "cluster", "a client reaches {server}");
            self.network.enable(&links.ends[server.0], true);
        }
    }

    /// Cuts the client off from these servers. It gives up the calls that it waits for; what it has
    /// sent still arrives.
    pub fn disconnect_client(
        &self,
        links: &ClientLinks,
        servers: impl IntoIterator<Item = ServerId>,
    ) {
        for server in servers {
            debug!(target: "cluster", "a client no longer reaches {server}");
            self.network.enable(&links.ends[server.0], false);
        }
    }

    /// Gives the client's calls to this server, from now on, faults of their own.
    pub fn set_client_link(&self, links: &ClientLinks, server: ServerId, faults: LinkFaults) {
        self.network.set_link(&links.ends[server.0], faults);
    }

    /// Gives calls from one server to another, from now on, faults of their own. They end when the
    /// caller is started again, or by [`Cluster::fix_links`].
    pub fn set_link(&self, from: ServerId, to: ServerId, faults: LinkFaults) {
        info!(target: "cluster", "link from {from} to {to}: {faults:?}");
        let end = self.lock().servers[from.0].ends[to.0].clone();
        self.network.set_link(&end, faults);
    }

    /// Removes the faults of all links between servers.
    pub fn fix_links(&self) {
        info!(target: "cluster", "fix all links between servers");
        let ends: Vec<String> =
            self.lock().servers.iter().flat_map(|server| server.ends.clone()).collect();
        ends.iter().for_each(|end| self.network.set_link(end, LinkFaults::default()));
    }

    /// Lets the server and those others reach each other.
    pub fn connect(&self, server: ServerId, others: impl IntoIterator<Item = ServerId>) {
        self.enable_between(server, others, true);
    }

    /// Cuts the server and those others off from each other.
    pub fn disconnect(&self, server: ServerId, others: impl IntoIterator<Item = ServerId>) {
        self.enable_between(server, others, false);
    }

    /// Lets all servers reach each other.
    pub fn connect_all(&self) {
        info!(target: "cluster", "connect all servers");
        self.servers().for_each(|server| self.connect(server, self.servers()));
    }

    /// Again and again cuts some links in one direction, until `stop` is set: between servers, and
    /// from these clients. What loses its reply has been done all the same.
    pub(crate) fn cut_one_way_at_random(&self, clients: &[ClientLinks], stop: &AtomicBool) {
        let of_servers: Vec<String> = {
            let state = self.lock();
            state.servers.iter().flat_map(|server| server.ends.clone()).collect()
        };
        let of_clients = clients.iter().flat_map(|links| &links.ends);
        let ends: Vec<&String> = of_servers.iter().chain(of_clients).collect();
        while !stop.load(Ordering::Relaxed) {
            info!(target: "cluster", "cut some links in one direction");
            for end in &ends {
                let cut = match random_range(0..10) {
                    0 => Some(Cut::Requests),
                    1 | 2 => Some(Cut::Replies),
                    _ => None,
                };
                self.network.set_link(end, LinkFaults { cut, ..LinkFaults::default() });
            }
            sleep(Duration::from_millis(random_range(200..1200)));
        }
        info!(target: "cluster", "no link is cut any more");
        ends.iter().for_each(|end| self.network.set_link(end, LinkFaults::default()));
    }

    /// New, disabled ends of this party to all servers: their names, never used before, and the
    /// ends.
    pub(crate) fn make_ends_to_all(&self, from: Party) -> (Vec<String>, Vec<ClientEnd>) {
        let names: Vec<String> = self.servers().map(|_| random_text(20)).collect();
        let make = |(name, server): (&String, ServerId)| {
            self.network.make_end_between(name.as_str(), from, server.0)
        };
        let ends = names.iter().zip(self.servers()).map(make).collect();
        for (name, server) in names.iter().zip(self.servers()) {
            self.network.connect(name, &server.to_string());
        }
        (names, ends)
    }

    fn enable_between(
        &self,
        server: ServerId,
        others: impl IntoIterator<Item = ServerId>,
        enabled: bool,
    ) {
        for other in others {
            for end in self.ends_between(server, other) {
                self.network.enable(&end, enabled);
            }
        }
    }

    /// The names of the ends that make the link between the two: one each way, from whoever has
    /// started by now.
    ///
    /// A fix: the course asks, where it disconnects the way back, whether the server has started
    /// whose number is the other's place in the list.
    fn ends_between(&self, server: ServerId, other: ServerId) -> Vec<String> {
        let state = self.lock();
        let there = state.servers[server.0].ends.get(other.0);
        let back = state.servers[other.0].ends.get(server.0);
        there.into_iter().chain(back).cloned().collect()
    }
}
