//! Terms and leaders, as the servers report them: at most one leader per term, and no term falls.

use super::property::{Property, Violation};
use std::collections::BTreeMap;

/// What one server last reported of itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sighting {
    /// Its term.
    pub term: u64,
    /// Whether it reported that it leads.
    pub leads: bool,
}

/// What the servers of one cluster ever reported of their terms, in all incarnations.
#[derive(Debug)]
pub struct Elections {
    /// Who led each term that had a leader: set once, never changed.
    leaders: BTreeMap<u64, usize>,
    /// By server. The term never falls.
    sightings: Vec<Sighting>,
}

impl Elections {
    /// No server has reported anything yet.
    pub fn new(servers: usize) -> Elections {
        Elections { leaders: BTreeMap::new(), sightings: vec![Sighting::default(); servers] }
    }

    /// What `server` last reported, with the highest term it ever reported.
    pub fn last(&self, server: usize) -> Sighting {
        self.sightings[server]
    }

    /// The highest term that any server ever reported.
    pub fn latest_term(&self) -> u64 {
        self.sightings.iter().map(|sighting| sighting.term).max().unwrap_or(0)
    }

    /// `server` said `seen` of itself when asked. It was known to be in term `known` before it
    /// was asked: answers may be noted in another order than they were given.
    pub fn note(&mut self, server: usize, known: u64, seen: Sighting) -> Result<(), Violation> {
        let last = &mut self.sightings[server];
        if seen.term >= last.term {
            *last = seen;
        }
        if seen.term < known {
            return Err(Violation::of(
                Property::MonotonicTerms,
                format!("S{server} was in term {known} and went back to term {}", seen.term),
            ));
        }
        if seen.leads { self.note_leader(server, seen.term) } else { Ok(()) }
    }

    /// `server` showed that it leads, or led, `term`: it said so, or took a command in it.
    pub fn note_leader(&mut self, server: usize, term: u64) -> Result<(), Violation> {
        let first = *self.leaders.entry(term).or_insert(server);
        if first == server {
            return Ok(());
        }
        Err(Violation::of(
            Property::ElectionSafety,
            format!("S{first} and S{server} both lead term {term}"),
        ))
    }
}

#[cfg(test)]
mod tests;
