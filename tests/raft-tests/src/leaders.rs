//! Checks terms and leaders.

use crate::cluster::Cluster;
use harness::checks::stop_if_failed;
use labrt::rand;
use labrt::thread;
use labrt::time::Duration;
use log::info;
use raft::{ServerId, Term};

/// Looks for a leader before the test gives up: about 5 seconds, as the course allows.
const ROUNDS: usize = 10;

impl Cluster {
    /// Waits until a connected server leads, and returns the one in the highest term. A leader of
    /// an older term, that has not heard of the newer one yet, is tolerated.
    #[track_caller]
    pub fn check_one_leader(&self) -> ServerId {
        for _ in 0..ROUNDS {
            thread::sleep(Duration::from_millis(450 + rand::random_range(0..100)));
            // Two leaders of one term have failed the test by the time both were asked.
            let latest = self.leaders().max_by_key(|(_, term)| *term);
            stop_if_failed();
            if let Some((leader, term)) = latest {
                info!(target: "cluster", "one leader: {leader}, in term {term}");
                return leader;
            }
        }
        self.fail("expected one leader among the connected servers within 5 s, got none")
    }

    /// Checks that all connected servers are in the same term, and returns it.
    #[track_caller]
    pub fn check_terms(&self) -> Term {
        let mut common: Option<(ServerId, Term)> = None;
        for server in self.connected() {
            let Some((term, _)) = self.shared.observe(server) else { continue };
            let (first, expected) = *common.get_or_insert((server, term));
            if term != expected {
                self.fail(format!(
                    "expected the same term everywhere, but {first} is in term {expected} and \
                     {server} in term {term}"
                ));
            }
        }
        let term = common.map_or(Term(0), |(_, term)| term);
        info!(target: "cluster", "all connected servers are in term {term}");
        term
    }

    /// Checks that no connected server says that it leads, at this moment.
    #[track_caller]
    pub fn check_no_leader(&self) {
        if let Some((server, term)) = self.leaders().next() {
            self.fail(format!(
                "expected no leader without a majority, but {server} leads in term {term}"
            ));
        }
        info!(target: "cluster", "no leader");
    }

    /// The term of the server, if it is up.
    pub fn term_of(&self, server: ServerId) -> Option<Term> {
        self.shared.observe(server).map(|(term, _)| term)
    }

    /// The term that the server says it leads, if any.
    pub fn led_by(&self, server: ServerId) -> Option<Term> {
        self.shared.observe(server).filter(|(_, leads)| *leads).map(|(term, _)| term)
    }

    /// Connected servers that say they lead, and in which term.
    fn leaders(&self) -> impl Iterator<Item = (ServerId, Term)> {
        self.connected().filter_map(|server| match self.shared.observe(server) {
            Some((term, true)) => Some((server, term)),
            _ => None,
        })
    }

    fn connected(&self) -> impl Iterator<Item = ServerId> {
        self.servers().filter(|server| self.is_connected(*server))
    }
}
