//! The client's side: a clerk sends a request to one server after the other until one answers.

use labrpc::{ClientEnd, Rpc};
use labrt::rand;
use labrt::thread;
use labrt::time::Duration;
use log::debug;

use crate::message::{
    Action, ClientId, Get, GetReply, PutAppend, PutAppendReply, RequestId, Sequence,
};

// FROM 3A
/// The pause when no server was the leader: an election takes some hundred milliseconds, and
/// meanwhile the servers should not be flooded with requests.
const PAUSE: Duration = Duration::from_millis(20);

/// The longest write, key and value together: with what is encoded besides, it becomes a command of
/// Raft's, which has a limit of 1 MiB.
const MAX_WRITE_BYTES: usize = 1024 * 1024 - 1024;

/// Reads and writes keys for one client. It makes one request at a time, and each call returns only
/// when a server has answered, however long that takes.
///
/// To all clerks together the service looks like one server that never fails and does one request
/// at a time: operations are linearizable (section 8).
#[derive(Debug)]
pub struct Clerk {
    /// An end to each server, in any order.
    servers: Vec<ClientEnd>,
    /// The server that answered last: most likely it is still the leader.
    leader: usize,
    /// Distinguishes our requests from those of other clerks.
    client: ClientId,
    /// The number of our last request. Only grows.
    last: Sequence,
}

impl Clerk {
    /// A clerk of these servers.
    ///
    /// # Panics
    /// If there are none.
    #[must_use]
    pub fn new(servers: Vec<ClientEnd>) -> Clerk {
        assert!(!servers.is_empty(), "a clerk needs at least one server: it got none");
        Clerk { servers, leader: 0, client: ClientId(rand::random()), last: Sequence(0) }
    }

    /// The value of the key; empty if it was never written.
    pub fn get(&mut self, key: &str) -> String {
        let get = Get { request: self.next_request(), key: key.to_owned() };
        self.call_any_server(&get, |reply| match reply {
            GetReply::Value(value) => Some(value),
            GetReply::NoKey => Some(String::new()),
            GetReply::WrongLeader => None,
        })
    }

    /// Sets the value of the key.
    ///
    /// # Panics
    /// If key and value together are longer than 1 MiB less 1 KiB.
    #[track_caller]
    pub fn put(&mut self, key: &str, value: &str) {
        self.write(Action::Put, key, value);
    }

    /// Adds to the end of the key's value, which may so become longer than the limit of a put.
    ///
    /// # Panics
    /// If key and addition together are longer than 1 MiB less 1 KiB.
    #[track_caller]
    pub fn append(&mut self, key: &str, value: &str) {
        self.write(Action::Append, key, value);
    }

    #[track_caller]
    fn write(&mut self, action: Action, key: &str, value: &str) {
        let bytes = key.len() + value.len();
        assert!(
            bytes <= MAX_WRITE_BYTES,
            "write too long: {bytes} bytes of key and value (limit {MAX_WRITE_BYTES})"
        );
        let (key, value) = (key.to_owned(), value.to_owned());
        let write = PutAppend { request: self.next_request(), action, key, value };
        self.call_any_server(&write, |reply| match reply {
            PutAppendReply::Done => Some(()),
            PutAppendReply::WrongLeader => None,
        });
    }

    fn next_request(&mut self) -> RequestId {
        self.last = Sequence(self.last.0 + 1);
        RequestId { client: self.client, sequence: self.last }
    }

    /// Calls one server after the other, the likely leader first, until `answer` finds an answer in
    /// a reply. Without a reply the request was lost, or only the reply: trying again is safe,
    /// since the request keeps its number.
    fn call_any_server<R: Rpc, T>(
        &mut self,
        request: &R,
        answer: impl Fn(R::Reply) -> Option<T>,
    ) -> T {
        // TASK 3A: call one server after the other, the likely leader first, until `answer` finds
        //   an answer in a reply; without a reply, or an answer in it, try the next (8)
        loop {
            for _ in 0..self.servers.len() {
                let reply = self.servers[self.leader].call(request);
                if let Some(answer) = reply.and_then(&answer) {
                    return answer;
                }
                self.leader = (self.leader + 1) % self.servers.len();
            }
            debug!("{:?} finds no leader for {:?}", self.client, self.last);
            thread::sleep(PAUSE);
        }
    }
}
