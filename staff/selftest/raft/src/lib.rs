//! A Raft that is broken on purpose, to see that the graded tests catch it and by which name.
//!
//! `staff selftest` puts it in the place of `raft/` in a tree of its own. It wraps the real one
//! behind the same API, so that the graded tests compile against it unchanged, and is wrong at one
//! point: in what it says of itself, in what it hands to the service, or in what it saves. Which
//! [`Bug`] it has is said in the environment; without one it is the real Raft.

mod applying;
mod bug;

pub use bug::Bug;
pub use real_raft::{ApplyMsg, Bytes, Index, Persister, RaftState, ServerId, Term};

use labrpc::{ClientEnd, Server};
use labrt::channel::Sender;
use labrt::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

/// The terms of one life, for the bug that loses the log but not the term: the real Raft forgets
/// everything, and every life tells terms that are higher by this.
const TERMS_PER_LIFE: u64 = 1000;

/// One server of a Raft cluster, with one bug at most.
#[derive(Clone)]
pub struct Raft {
    real: real_raft::Raft,
    bug: Option<Bug>,
    /// Added to every term that is told.
    term_offset: u64,
    /// How often [`Raft::state`] was asked; an atomic, since many ask at the same time.
    asked: Arc<AtomicU64>,
}

impl Raft {
    /// Starts a server, with the bug of this process.
    pub fn new(
        peers: Vec<ClientEnd>,
        me: ServerId,
        persister: Arc<Persister>,
        apply: Sender<ApplyMsg>,
    ) -> Raft {
        let bug = Bug::chosen();
        let apply = match bug {
            Some(bug) if bug.is_in_applying() => applying::through(bug, me, apply),
            _ => apply,
        };
        let (persister, term_offset) = match bug {
            Some(Bug::ForgottenPersist) => (Arc::new(Persister::new()), 0),
            Some(Bug::ForgottenRestore) => {
                persister.save(labgob::encode(&me), Bytes::new());
                (Arc::new(Persister::new()), 0)
            }
            Some(Bug::LostLog) => (Arc::new(Persister::new()), count_lives(&persister)),
            _ => (persister, 0),
        };
        let real = real_raft::Raft::new(peers, me, persister, apply);
        Raft { real, bug, term_offset, asked: Arc::default() }
    }

    /// Registers the handlers of the real Raft.
    pub fn serve(&self, server: &mut Server) {
        self.real.serve(server);
    }

    /// Asks for agreement on `command`.
    pub fn start(&self, command: impl Into<Bytes>) -> Option<(Index, Term)> {
        let (index, term) = self.real.start(command)?;
        Some((index, self.told(term)))
    }

    /// The current term, and whether this server believes it leads it.
    pub fn state(&self) -> (Term, bool) {
        let (term, leads) = self.real.state();
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        match self.bug {
            Some(Bug::TwoLeaders) => (term, term > Term(0)),
            Some(Bug::TermGoesBack) if asked % 20 == 19 => (Term(term.0.saturating_sub(1)), false),
            Some(Bug::Unfinished) => todo!("2A: the current term, and whether this server leads"),
            _ => (self.told(term), leads),
        }
    }

    /// Passes the snapshot on.
    pub fn snapshot(&self, index: Index, snapshot: impl Into<Bytes>) {
        self.real.snapshot(index, snapshot);
    }

    /// Ends this server.
    pub fn kill(&self) {
        self.real.kill();
    }

    fn told(&self, term: Term) -> Term {
        Term(term.0 + self.term_offset)
    }
}

/// Saves that one more life has begun, and nothing else. Returns the offset of its terms.
fn count_lives(persister: &Persister) -> u64 {
    let saved = persister.state();
    let lives = if saved.is_empty() { 0 } else { labgob::decode(&saved).expect("a number") };
    persister.save(labgob::encode(&(lives + 1)), Bytes::new());
    lives * TERMS_PER_LIFE
}
