//! Faults that the course's tests do not have: messages between two servers may be late or lost,
//! while both reach all others; a server may crash at a reply, or at a save.

use crate::cluster::Cluster;
use harness::{Promise, ServerLife};
use labrpc::{Cut, LinkFaults};
use labrt::thread;
use labrt::time::{Duration, Instant};
use log::info;
use raft::ServerId;

/// How far apart what has piled up may arrive.
const PILE_SPREAD: Duration = Duration::from_millis(2);

impl Cluster {
    /// Gives calls from one server to another faults of their own. They stay when either crashes,
    /// until [`Cluster::fix_links`].
    pub fn set_link(&self, from: ServerId, to: ServerId, faults: LinkFaults) {
        info!(target: "cluster", "link from {from} to {to}: {faults:?}");
        self.lock().links.insert((from, to), faults.clone());
        self.set_faults(from, to, faults);
    }

    /// No message passes between the two any more, in either direction. Messages in flight still
    /// arrive.
    pub fn cut_link(&self, one: ServerId, other: ServerId) {
        let cut = LinkFaults { cut: Some(Cut::Requests), ..LinkFaults::default() };
        self.set_link(one, other, cut.clone());
        self.set_link(other, one, cut);
    }

    /// Removes the faults of all single links.
    pub fn fix_links(&self) {
        let fixed = std::mem::take(&mut self.lock().links);
        info!(target: "cluster", "fix {} links", fixed.len());
        for (from, to) in fixed.into_keys() {
            self.set_faults(from, to, LinkFaults::default());
        }
    }

    /// Delays all messages to the server, requests and replies, on links without faults of their
    /// own, for so long: they arrive together at the end, as at a server that was asleep.
    pub fn pile_up(&self, server: ServerId, duration: Duration) {
        info!(target: "cluster", "messages to {server} pile up for {duration:?}");
        let end = Instant::now() + duration;
        let sound = |link: &(ServerId, ServerId)| !self.lock().links.contains_key(link);
        let others = || self.others(server);
        let requests: Vec<_> = others().map(|other| (other, server)).filter(sound).collect();
        let replies: Vec<_> = others().map(|other| (server, other)).filter(sound).collect();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let (request_delay, reply_delay) = (left, left);
            for (from, to) in &requests {
                let late = LinkFaults { request_delay, ..LinkFaults::default() };
                self.set_faults(*from, *to, late);
            }
            for (from, to) in &replies {
                let late = LinkFaults { reply_delay, ..LinkFaults::default() };
                self.set_faults(*from, *to, late);
            }
            if left.is_zero() {
                break;
            }
            thread::sleep(PILE_SPREAD.min(left));
        }
    }

    /// The server crashes at the first reply that makes this promise: the reply leaves, and nothing
    /// after it; its next incarnation starts from the disk as it was then. Until it is restarted
    /// it is as good as disconnected.
    pub fn crash_at_reply(&self, server: ServerId, promise: Promise) {
        info!(target: "cluster", "{server} is to crash at a reply: {promise:?}");
        let life = self.lock().servers[server.0].life.clone();
        life.expect("it has been started").crash_at(promise);
    }

    /// The server crashes right after the first save that makes its Raft state smaller: its next
    /// incarnation starts from the disk as it was then. Until it is restarted it is as good as
    /// disconnected.
    pub fn crash_at_smaller_save(&self, server: ServerId) {
        info!(target: "cluster", "{server} is to crash at a save that makes its state smaller");
        let life = self.lock().servers[server.0].life.clone();
        life.expect("it has been started").crash_at_smaller_save();
    }

    /// Whether the server has crashed and was not started again.
    pub fn has_crashed(&self, server: ServerId) -> bool {
        self.lock().servers[server.0].life.as_ref().is_none_or(ServerLife::is_over)
    }

    fn set_faults(&self, from: ServerId, to: ServerId, faults: LinkFaults) {
        let end = self.lock().servers[from.0].ends[to.0].clone();
        self.network.set_link(&end, faults);
    }
}
