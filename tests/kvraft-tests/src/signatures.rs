//! What the tests call of the key/value service: the only things in `kvraft` whose names and types
//! must stay. (`raft_tests` pins those of `raft`.)
//!
//! If this file does not compile, a signature has changed in `kvraft`: the comment behind the
//! marked line says what the tests expect. All else is yours to change: fields, files, messages,
//! threads.

use kvraft::{Clerk, KvServer, Raft, ServerId};
use labdisk::Persister;
use labrpc::{ClientEnd, Server};
use std::sync::Arc;

type New = fn(Vec<ClientEnd>, ServerId, Arc<Persister>, Option<usize>) -> KvServer;

const _: New = KvServer::new; // `KvServer::new(peers, me, persister, max_raft_state)`.
const _: fn(&KvServer) -> KvServer = KvServer::clone; // A `KvServer` is a handle on one server.
const _: fn(&KvServer, &mut Server) = KvServer::serve; // Registers its handlers and its Raft's.
const _: fn(&KvServer) -> &Raft = KvServer::raft; // The Raft under the server.
const _: fn(&KvServer) = KvServer::kill; // Ends the server and its Raft.

const _: fn(Vec<ClientEnd>) -> Clerk = Clerk::new; // A clerk knows an end to every server.
const _: fn(&mut Clerk, &str) -> String = Clerk::get; // The key's value, empty if there is none.
const _: fn(&mut Clerk, &str, &str) = Clerk::put; // Gives the key this value.
const _: fn(&mut Clerk, &str, &str) = Clerk::append; // Adds to the end of the key's value.
