//! A Raft that is broken on purpose, to check that the graded tests catch each bug and name it
//! rightly.
//!
//! `staff selftest` replaces `raft/` by it in a tree of its own. It wraps the real Raft behind the
//! same API, so the graded tests compile unchanged, and has one bug: in the term and role it
//! reports, in what it applies, or in what it saves. The environment names the [`Bug`]; without one
//! it is the real Raft.

mod applying;
mod bug;

pub use bug::Bug;
pub use real_raft::{ApplyMsg, Bytes, Index, Persister, RaftState, ServerId, Term};

use labrpc::{ClientEnd, Server};
use labrt::channel::Sender;
use labrt::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

/// For the bug that loses the log but not the term: the real Raft forgets everything, so after each
/// restart the terms it reports are raised by this.
const TERMS_PER_RESTART: u64 = 1000;

/// One server of a Raft cluster, with one bug at most.
#[derive(Clone)]
pub struct Raft {
    real: real_raft::Raft,
    bug: Option<Bug>,
    /// Added to every term that is reported.
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
        Some((index, self.reported(term)))
    }

    /// The current term, and whether this server believes it leads it.
    pub fn state(&self) -> (Term, bool) {
        let (term, leads) = self.real.state();
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        match self.bug {
            Some(Bug::TwoLeaders) => (term, term > Term(0)),
            Some(Bug::TermGoesBack) if asked % 20 == 19 => (Term(term.0.saturating_sub(1)), false),
            Some(Bug::Unfinished) => todo!("2A: the current term, and whether this server leads"),
            _ => (self.reported(term), leads),
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

    fn reported(&self, term: Term) -> Term {
        Term(term.0 + self.term_offset)
    }
}

/// Saves that one more life has begun, and nothing else. Returns the offset of its terms.
fn count_lives(persister: &Persister) -> u64 {
    let saved = persister.state();
    let lives = if saved.is_empty() { 0 } else { labgob::decode(&saved).expect("a number") };
    persister.save(labgob::encode(&(lives + 1)), Bytes::new());
    lives * TERMS_PER_RESTART
}
