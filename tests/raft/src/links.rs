//! Faults of single links, which the course's tests do not have: what passes between two servers
//! may be late, or not arrive, while both talk to everybody else.

use super::cluster::Cluster;
use labrpc::{Cut, LinkFaults};
use labrt::rand::random_bool;
use labrt::thread;
use labrt::time::{Duration, Instant};
use log::info;
use raft::ServerId;

/// How far apart what has piled up may arrive.
const PILE_SPREAD: Duration = Duration::from_micros(500);

impl Cluster {
    /// Gives calls from one server to another faults of their own. They stay when either crashes,
    /// until the links are mended.
    pub fn set_link(&self, from: ServerId, to: ServerId, faults: LinkFaults) {
        info!(target: "cluster", "link from {from} to {to}: {faults:?}");
        self.lock().links.insert((from, to), faults.clone());
        self.set_faults(from, to, faults);
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
            self.set_faults(from, to, LinkFaults::default());
        }
    }

    /// Holds messages up for so long, on the links without faults of their own: what is sent
    /// meanwhile arrives in one rush at the end. Before some servers, drawn at random, it is the
    /// requests that wait, behind the others the replies. All links are mended at the end.
    pub fn pile_up(&self, duration: Duration) {
        info!(target: "cluster", "messages pile up for {duration:?}");
        let end = Instant::now() + duration;
        let sound = |pair: &(ServerId, ServerId)| !self.lock().links.contains_key(pair);
        let links_to = |to| self.servers().map(move |from| (from, to)).filter(sound);
        let held: Vec<_> = self
            .servers()
            .flat_map(|to| {
                let requests = random_bool(0.5);
                links_to(to).map(move |link| (link, requests))
            })
            .collect();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            for &((from, to), requests) in &held {
                let [request_delay, reply_delay] =
                    if requests { [left, Duration::ZERO] } else { [Duration::ZERO, left] };
                let late = LinkFaults { request_delay, reply_delay, ..LinkFaults::default() };
                self.set_faults(from, to, late);
            }
            thread::sleep(PILE_SPREAD.min(left));
        }
        held.iter().for_each(|&((from, to), _)| self.set_faults(from, to, LinkFaults::default()));
        self.mend_links();
    }

    fn set_faults(&self, from: ServerId, to: ServerId, faults: LinkFaults) {
        let end = self.lock().servers[from.0].ends[to.0].clone();
        self.network.set_link(&end, faults);
    }
}
