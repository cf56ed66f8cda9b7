//! What the scenarios beyond the course (beyond-3A, beyond-3B) have in common, and those that both
//! parts play.
//!
//! They ask for no answer while they do their worst, only that the history stays linearizable, and
//! that every clerk is answered when all servers are up and connected again.

mod late_duplicates;
mod old_leader;
mod retries;
mod storm;

pub use late_duplicates::late_duplicates;
pub use old_leader::{OldLeader, old_leader};
pub use retries::{Retries, retries};
pub use storm::storm;

use crate::client::Client;
use crate::cluster::Cluster;
use harness::checks::stop_if_failed;
use kvraft::ServerId;
use labrt::channel::{Receiver, Sender, unbounded};
use labrt::thread::{self, sleep};
use labrt::time::{Duration, Instant};

/// How long clients may wait for an answer when all is well again, and how long a scenario waits
/// for a leader before it goes on without one: several elections, with timeouts of a second or two.
pub const SOON: Duration = Duration::from_secs(10);

/// How often a scenario looks whether there is a leader.
const POLL: Duration = Duration::from_millis(10);

/// The size of the Raft state, in bytes, at which a snapshot is due.
pub const MAX_RAFT_STATE: usize = 1000;

impl Cluster {
    /// Waits until one of these servers leads, and returns which, if one does soon enough.
    pub fn wait_for_leader(&self, among: &[ServerId]) -> Option<ServerId> {
        let deadline = Instant::now() + SOON;
        while Instant::now() < deadline {
            if let Some(leader) = among.iter().find(|server| self.leads(**server)) {
                return Some(*leader);
            }
            sleep(POLL);
        }
        None
    }

    /// The leader and the others, if there is a leader soon enough.
    pub fn leader_and_others(&self) -> Option<(ServerId, Vec<ServerId>)> {
        let servers: Vec<ServerId> = self.servers().collect();
        let leader = self.wait_for_leader(&servers)?;
        Some((leader, servers.into_iter().filter(|server| *server != leader).collect()))
    }

    /// Crashes the server and starts it again, connected to all.
    pub fn restart(&self, server: ServerId) {
        self.shut_down(server);
        self.start(server);
        self.connect(server, self.servers());
    }
}

/// Clients that each do something on a thread of their own, and must be done with it in time.
pub struct Waiting {
    sender: Sender<(usize, Client)>,
    done: Receiver<(usize, Client)>,
    /// What was begun, by its number; `None` when it is done.
    begun: Vec<Option<&'static str>>,
}

impl Waiting {
    /// Nobody waits yet.
    #[allow(clippy::new_without_default, reason = "it opens a channel")]
    pub fn new() -> Waiting {
        let (sender, done) = unbounded();
        Waiting { sender, done, begun: Vec::new() }
    }

    /// Lets the client do this, which failures call `what`.
    pub fn start(
        &mut self,
        mut client: Client,
        what: &'static str,
        work: impl FnOnce(&mut Client) + Send + 'static,
    ) {
        let (number, sender) = (self.begun.len(), self.sender.clone());
        self.begun.push(Some(what));
        let run = move || {
            work(&mut client);
            // Nobody listens any more if the test has failed.
            let _ = sender.send((number, client));
        };
        let thread = thread::Builder::new().name(format!("waits-{number}"));
        thread.spawn(run).expect("the OS gives a thread to the client");
    }

    /// Checks that all are done within [`SOON`] from now. Returns the clients in the order in which
    /// they began.
    #[track_caller]
    pub fn all_done(mut self, cluster: &Cluster) -> Vec<Client> {
        let deadline = Instant::now() + SOON;
        let mut clients = Vec::new();
        while clients.len() < self.begun.len() {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok((number, client)) = self.done.recv_timeout(left) else {
                stop_if_failed();
                let waiting: Vec<_> = self.begun.iter().copied().flatten().collect();
                let (waiting, seconds) = (waiting.join(", "), SOON.as_secs());
                cluster.fail(format!(
                    "every clerk is answered: {seconds} s after all servers were up and connected \
                     these still wait: {waiting}"
                ));
            };
            self.begun[number] = None;
            clients.push((number, client));
        }
        clients.sort_by_key(|(number, _)| *number);
        clients.into_iter().map(|(_, client)| client).collect()
    }
}
