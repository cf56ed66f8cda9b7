//! Faults of single links, which the course's tests do not have: what passes between two servers
//! may be late, or not arrive, while both talk to everybody else.

use super::cluster::Cluster;
use labrpc::{Cut, LinkFaults};
use log::info;
use raft::ServerId;

impl Cluster {
    /// Gives calls from one server to another faults of their own. They stay when either crashes,
    /// until the links are mended.
    pub fn set_link(&self, from: ServerId, to: ServerId, faults: LinkFaults) {
        info!(target: "cluster", "link from {from} to {to}: {faults:?}");
        let end = {
            let mut state = self.lock();
            state.links.insert((from, to), faults.clone());
            state.servers[from.0].ends[to.0].clone()
        };
        self.network.set_link(&end, faults);
    }

    /// Nothing passes between the two any more, neither way. What is under way still arrives.
    pub fn cut_link(&self, one: ServerId, other: ServerId) {
        let cut = LinkFaults { cut: Some(Cut::Requests), ..LinkFaults::default() };
        self.set_link(one, other, cut.clone());
        self.set_link(other, one, cut);
    }

    /// Takes all faults of single links away.
    pub fn mend_links(&self) {
        let mended = std::mem::take(&mut self.lock().links);
        info!(target: "cluster", "mend {} links", mended.len());
        for (from, to) in mended.into_keys() {
            let end = self.lock().servers[from.0].ends[to.0].clone();
            self.network.set_link(&end, LinkFaults::default());
        }
    }
}
