//! A client: a student's clerk, all of whose operations are recorded.

use crate::cluster::{Cluster, Shared};
use crate::difference::Difference;
use crate::history::Call;
use crate::links::ClientLinks;
use kvraft::{Clerk, ServerId};
use labrt::rand::{rng, seq::SliceRandom};
use log::debug;
use std::sync::Arc;
use trace::{Party, What};

/// Reads and writes keys. What it does goes into the history that is checked at the end, and counts
/// as an operation on the passed line, unless it is [`uncounted`](Client::uncounted).
pub struct Client {
    /// What it is called by in failures and in the history.
    number: usize,
    clerk: Clerk,
    links: ClientLinks,
    shared: Arc<Shared>,
    counts: bool,
}

impl Cluster {
    /// A new client, called by this number, that can reach these servers. It does not know them
    /// apart: its clerk gets the ends in random order.
    pub fn make_client(
        &self,
        number: usize,
        servers: impl IntoIterator<Item = ServerId>,
    ) -> Client {
        let (names, mut ends) = self.make_ends_to_all(Party::Client(number));
        let links = ClientLinks { ends: names };
        self.connect_client(&links, servers);
        ends.shuffle(&mut rng());
        Client::new(number, Clerk::new(ends), links, self.shared.clone())
    }
}

impl Client {
    pub(crate) fn new(
        number: usize,
        clerk: Clerk,
        links: ClientLinks,
        shared: Arc<Shared>,
    ) -> Client {
        Client { number, clerk, links, shared, counts: true }
    }

    /// The same client, whose operations are not counted: the course's speed tests call the clerk
    /// itself, past what counts and records. They are recorded all the same.
    pub fn uncounted(self) -> Client {
        Client { counts: false, ..self }
    }

    /// Its links, for whoever changes them while it waits for an answer.
    pub fn links(&self) -> ClientLinks {
        self.links.clone()
    }

    /// The value of the key; empty if it was never written.
    pub fn get(&mut self, key: &str) -> String {
        let ticket = self.shared.history.begin(self.number, key, Call::Get);
        self.called(|| format!("get {key:?}"));
        let value = self.clerk.get(key);
        self.returned(|| format!("{} bytes", value.len()));
        debug!(target: "client", "client {} got {key:?}: {} bytes", self.number, value.len());
        self.shared.history.end(ticket, &value);
        self.count();
        value
    }

    /// Gives the key this value.
    pub fn put(&mut self, key: &str, value: &str) {
        let ticket = self.shared.history.begin(self.number, key, Call::Put(value));
        self.called(|| format!("put {key:?} {value:?}"));
        self.clerk.put(key, value);
        self.returned(String::new);
        debug!(target: "client", "client {} put {key:?}: {value:?}", self.number);
        self.shared.history.end(ticket, "");
        self.count();
    }

    /// Adds to the end of the key's value.
    pub fn append(&mut self, key: &str, value: &str) {
        let ticket = self.shared.history.begin(self.number, key, Call::Append(value));
        self.called(|| format!("append {key:?} {value:?}"));
        self.clerk.append(key, value);
        self.returned(String::new);
        debug!(target: "client", "client {} appended to {key:?}: {value:?}", self.number);
        self.shared.history.end(ticket, "");
        self.count();
    }

    /// Reads the key and checks that it has this value.
    #[track_caller]
    pub fn check(&mut self, key: &str, expected: &str) {
        let found = self.get(key);
        if found != expected {
            let (number, difference) = (self.number, Difference { expected, found: &found });
            self.shared.fail(format!(
                "a client reads what was written last: client {number} read key {key:?} and \
                 {difference}"
            ));
        }
    }

    fn called(&self, operation: impl FnOnce() -> String) {
        let operation = self.in_words(operation);
        self.shared.events.record(What::Called { client: self.number, operation });
    }

    fn returned(&self, result: impl FnOnce() -> String) {
        let result = self.in_words(result);
        self.shared.events.record(What::Returned { client: self.number, result });
    }

    /// What only a reader wants to know.
    fn in_words(&self, text: impl FnOnce() -> String) -> String {
        if self.shared.events.is_kept() { text() } else { String::new() }
    }

    fn count(&self) {
        if self.counts {
            self.shared.count_operation();
        }
    }
}
