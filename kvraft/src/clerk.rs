//! The client's side: a clerk asks until somebody answers.

use labrpc::{ClientEnd, Rpc};
use labrt::rand;
use labrt::thread;
use labrt::time::Duration;
use log::debug;

use crate::message::{
    Action, ClientId, Get, GetReply, PutAppend, PutAppendReply, RequestId, Sequence,
};

// FROM 3A
/// The pause when every server was asked and none leads: an election takes some hundred
/// milliseconds, and should not be met with a flood of questions.
const PAUSE: Duration = Duration::from_millis(20);

/// What is written at once, key and value, has at most so many bytes: with what goes with it, it is
/// a command of Raft's, which has a limit of 1 MiB.
const WRITE_BYTES: usize = 1024 * 1024 - 1024;

/// Reads and writes keys for one client. It asks for one thing at a time, and each call returns
/// only when a server has answered, however long that takes.
///
/// All clerks together see the service as if there were one server that never fails, with one
/// request at a time: operations are linearizable (section 8).
#[derive(Debug)]
pub struct Clerk {
    /// An end to each server, in any order.
    servers: Vec<ClientEnd>,
    /// The one that answered last: most likely it still leads.
    leader: usize,
    /// Tells our requests from all others'.
    client: ClientId,
    /// The request asked last. Only grows.
    last: Sequence,
}

impl Clerk {
    /// A clerk that knows the way to these servers.
    ///
    /// # Panics
    /// If there are none.
    #[must_use]
    pub fn new(servers: Vec<ClientEnd>) -> Clerk {
        assert!(!servers.is_empty(), "a clerk was believed to know at least one server");
        Clerk { servers, leader: 0, client: ClientId(rand::random()), last: Sequence(0) }
    }

    /// The value of the key; empty if it was never written.
    pub fn get(&mut self, key: &str) -> String {
        let get = Get { request: self.next_request(), key: key.to_owned() };
        self.ask(&get, |reply| match reply {
            GetReply::Value(value) => Some(value),
            GetReply::NoKey => Some(String::new()),
            GetReply::WrongLeader => None,
        })
    }

    /// Gives the key this value.
    ///
    /// # Panics
    /// If key and value together are longer than 1 MiB less 1 KiB.
    #[track_caller]
    pub fn put(&mut self, key: &str, value: &str) {
        self.write(Action::Put, key, value);
    }

    /// Adds to the end of the key's value, which may so become longer than what can be put.
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
            bytes <= WRITE_BYTES,
            "key and value were believed to have at most {WRITE_BYTES} bytes: they have {bytes}"
        );
        let (key, value) = (key.to_owned(), value.to_owned());
        let write = PutAppend { request: self.next_request(), action, key, value };
        self.ask(&write, |reply| match reply {
            PutAppendReply::Done => Some(()),
            PutAppendReply::WrongLeader => None,
        });
    }

    fn next_request(&mut self) -> RequestId {
        self.last = Sequence(self.last.0 + 1);
        RequestId { client: self.client, sequence: self.last }
    }

    /// Asks one server after the other, the likely leader first, until one has an answer. No
    /// answer at all may mean that the request was lost, or only the reply: asking again is safe,
    /// since the request keeps its number.
    fn ask<R: Rpc, T>(&mut self, request: &R, answer: impl Fn(R::Reply) -> Option<T>) -> T {
        // TASK 3A: ask one server after the other, the likely leader first, until `answer` finds an
        //   answer in a reply; a lost reply, and one that it finds nothing in, mean: ask on (8)
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
