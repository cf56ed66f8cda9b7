//! The servers of a cluster by their lives: who is up, and what each said of its term and role.
//!
//! A server may crash and start again any number of times. What it says counts for the life it was
//! asked in, and only if that has not ended by the time it is noted: what it says after may never
//! reach the disk that the next life starts from.

use crate::checks::{Elections, Property, Sighting, Violation};

/// Every server of one cluster. `S` is a handle on a running one, cheap to clone.
#[derive(Debug)]
pub struct Roster<S> {
    servers: Vec<Entry<S>>,
    elections: Elections,
}

#[derive(Debug)]
struct Entry<S> {
    /// None while it is down.
    running: Option<S>,
    /// The number of its present life. Only grows.
    life: u64,
}

/// A question to a server: whom to ask, and how to note the answer.
#[derive(Debug)]
pub struct Question<S> {
    /// Ask this one, with no lock held.
    pub running: S,
    server: usize,
    life: u64,
    known_term: u64,
}

impl<S: Clone> Roster<S> {
    /// So many servers, none of which has started.
    pub fn new(servers: usize) -> Roster<S> {
        let entry = || Entry { running: None, life: 0 };
        let entries = (0..servers).map(|_| entry()).collect();
        Roster { servers: entries, elections: Elections::new(servers) }
    }

    /// How many servers there are, up or down.
    pub fn size(&self) -> usize {
        self.servers.len()
    }

    /// The server's handle, if it is up.
    pub fn running(&self, server: usize) -> Option<S> {
        self.servers[server].running.clone()
    }

    /// Whether the server is up.
    pub fn is_up(&self, server: usize) -> bool {
        self.servers[server].running.is_some()
    }

    /// The number of the server's present life.
    pub fn life(&self, server: usize) -> u64 {
        self.servers[server].life
    }

    /// Ends the server's present life: nothing counts any more that it says or does. Returns its
    /// handle, if it was up.
    #[must_use = "it is to be killed"]
    pub fn end_life(&mut self, server: usize) -> Option<S> {
        let entry = &mut self.servers[server];
        entry.life += 1;
        entry.running.take()
    }

    /// The server's present life begins in earnest: this is its handle.
    pub fn begin_life(&mut self, server: usize, running: S) {
        self.servers[server].running = Some(running);
    }

    /// A question to the server, if it is up.
    pub fn question(&self, server: usize) -> Option<Question<S>> {
        let Entry { running, life } = &self.servers[server];
        let (running, known_term) = (running.clone()?, self.elections.last(server).term);
        Some(Question { running, server, life: *life, known_term })
    }

    /// Notes the answer, unless the life that gave it has ended: then there is nothing to note.
    pub fn note(
        &mut self,
        question: &Question<S>,
        seen: Sighting,
    ) -> Option<Result<(), Violation>> {
        let Question { server, life, known_term, .. } = *question;
        let counts = self.servers[server].life == life;
        counts.then(|| self.elections.note(server, known_term, seen))
    }

    /// The server's next life is about to begin, from so many bytes that it saved: none, if it
    /// never was in a term. (That all was saved shows later. That nothing was is told here, for
    /// what else it leads to is harder to read.)
    pub fn check_disk(&self, server: usize, bytes: usize) -> Result<(), Violation> {
        let term = self.elections.last(server).term;
        if term == 0 || bytes > 0 {
            return Ok(());
        }
        Err(Violation::of(
            Property::Persistence,
            format!("S{server} was in term {term} when it crashed, and had saved nothing"),
        ))
    }

    /// All that was said of terms and leaders.
    pub fn elections(&self) -> &Elections {
        &self.elections
    }

    /// The same, to add to.
    pub fn elections_mut(&mut self) -> &mut Elections {
        &mut self.elections
    }

    /// How the server stands, by what was last noted: "leads term 4".
    pub fn standing(&self, server: usize) -> String {
        let last = self.elections.last(server);
        let role = match (self.is_up(server), last.leads) {
            (false, _) => "down,",
            (true, true) => "leads",
            (true, false) => "in",
        };
        format!("{role} term {}", last.term)
    }
}

#[cfg(test)]
mod tests;
