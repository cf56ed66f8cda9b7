//! The servers of a cluster: which are up, and the term and role that each last reported.
//!
//! A server may crash and start again any number of times; each start begins a new incarnation. A
//! report counts for the incarnation that was asked, and only if that has not ended when the report
//! is noted: what a server says after its crash may never reach the disk that its next incarnation
//! starts from.

use trace::Incarnation;

use crate::checks::{Elections, Property, Sighting, Violation};

/// Every server of one cluster. `S` is a handle on a running one, cheap to clone.
#[derive(Debug)]
pub struct ServerRegistry<S> {
    servers: Vec<Entry<S>>,
    elections: Elections,
}

#[derive(Debug)]
struct Entry<S> {
    /// None while it is down.
    running: Option<S>,
    /// The number of its present incarnation. Only grows.
    incarnation: u64,
    /// The highest term that this incarnation reported, or began in. What an earlier one reported
    /// need not have been on its disk: only what it told others must (figure 2).
    known_term: u64,
}

/// A poll of one server: ask it for its term and role, then note the answer.
#[derive(Debug)]
pub struct Poll<S> {
    /// The server to ask, with no lock held.
    pub running: S,
    server: usize,
    incarnation: u64,
    known_term: u64,
    /// What the server last reported, in any incarnation.
    last: Sighting,
}

impl<S> Poll<S> {
    /// Whether the answer differs from the last one that was noted before.
    pub fn is_news(&self, seen: Sighting) -> bool {
        self.last != seen
    }

    /// The incarnation that is asked.
    pub fn incarnation(&self) -> Incarnation {
        Incarnation { server: self.server, number: self.incarnation }
    }
}

impl<S: Clone> ServerRegistry<S> {
    /// So many servers, none of which has started.
    pub fn new(servers: usize) -> ServerRegistry<S> {
        let entry = || Entry { running: None, incarnation: 0, known_term: 0 };
        let entries = (0..servers).map(|_| entry()).collect();
        ServerRegistry { servers: entries, elections: Elections::new(servers) }
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

    /// The number of the server's present incarnation.
    pub fn incarnation(&self, server: usize) -> u64 {
        self.servers[server].incarnation
    }

    /// The server's present incarnation, if it is up.
    pub fn present(&self, server: usize) -> Option<Incarnation> {
        let number = self.incarnation(server);
        self.is_up(server).then_some(Incarnation { server, number })
    }

    /// Ends the server's present incarnation: what it reports or does later does not count. Returns
    /// its handle, if it was up.
    #[must_use = "the server must be killed"]
    pub fn end_incarnation(&mut self, server: usize) -> Option<S> {
        let entry = &mut self.servers[server];
        entry.incarnation += 1;
        entry.known_term = 0;
        entry.running.take()
    }

    /// The server is up: this is the handle of its present incarnation, which began in `term` or a
    /// later one, for it found that on its disk.
    pub fn begin_incarnation(&mut self, server: usize, running: S, term: u64) {
        let entry = &mut self.servers[server];
        entry.running = Some(running);
        entry.known_term = term;
    }

    /// A poll of the server, if it is up.
    pub fn poll(&self, server: usize) -> Option<Poll<S>> {
        let Entry { running, incarnation, known_term } = &self.servers[server];
        let (running, last) = (running.clone()?, self.elections.last(server));
        Some(Poll { running, server, incarnation: *incarnation, known_term: *known_term, last })
    }

    /// Notes the answer; `None` if the incarnation that gave it has ended meanwhile.
    pub fn note(&mut self, poll: &Poll<S>, seen: Sighting) -> Option<Result<(), Violation>> {
        let Poll { server, incarnation, known_term, .. } = *poll;
        let entry = &mut self.servers[server];
        if entry.incarnation != incarnation {
            return None;
        }
        entry.known_term = entry.known_term.max(seen.term);
        Some(self.elections.note(server, known_term, seen))
    }

    /// Checks, before the server's next incarnation starts, that it saved something if its messages
    /// told a term that must survive, the latest of which is `term`. (Whether it saved everything
    /// shows later. That it saved nothing is reported here, since the failures that follow from it
    /// are harder to read.)
    pub fn check_disk(&self, server: usize, term: u64, bytes: usize) -> Result<(), Violation> {
        if term == 0 || bytes > 0 {
            return Ok(());
        }
        Err(Violation::of(
            Property::Persistence,
            format!("S{server} had told others term {term} when it crashed, and had saved nothing"),
        ))
    }

    /// All reports of terms and leaders.
    pub fn elections(&self) -> &Elections {
        &self.elections
    }

    /// The same, mutable.
    pub fn elections_mut(&mut self) -> &mut Elections {
        &mut self.elections
    }

    /// Role and term as last noted: "leads term 4".
    pub fn role_and_term(&self, server: usize) -> String {
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
