//! The result of a check: the verdict, and why a history is illegal.

use std::fmt::{self, Display};

/// A verdict, and how much work it took.
#[derive(Debug)]
pub struct Checked {
    /// Whether the history is linearizable.
    pub verdict: Verdict,
    /// How many candidates were considered; the same on every machine.
    pub steps: u64,
    /// How many dead ends were remembered at the end.
    pub dead_ends: usize,
}

/// Whether a history is linearizable.
#[derive(Debug)]
pub enum Verdict {
    /// It is linearizable.
    Ok,
    /// It is not linearizable.
    Illegal(Box<Violation>),
    /// It could not be decided within the limits. That proves nothing: report it as undecided.
    Unknown,
}

impl Verdict {
    /// The verdict in a word.
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Illegal(_) => "illegal",
            Verdict::Unknown => "unknown",
        }
    }

    /// Whether it is [`Verdict::Ok`].
    pub fn is_ok(&self) -> bool {
        matches!(self, Verdict::Ok)
    }

    /// Why not, if it is illegal.
    pub fn violation(&self) -> Option<&Violation> {
        match self {
            Verdict::Illegal(violation) => Some(violation),
            Verdict::Ok | Verdict::Unknown => None,
        }
    }
}

/// Why a history is not linearizable. Operations are given by their index in the history, in the
/// order in which they were recorded. Its `Display` is the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The key whose operations cannot be ordered; empty if there are no keys.
    pub key: String,
    /// How many operations it has.
    pub operations: usize,
    /// The longest order of some of them that was found: a prefix of what should have been an order
    /// of all.
    pub prefix: Vec<usize>,
    /// The operation that would have had to come next.
    pub stuck: usize,
    /// Why it cannot.
    pub reason: String,
    /// A few of the operations that cannot be ordered, even if all other writes may take effect at
    /// any time or never.
    pub witness: Vec<usize>,
    /// Whether the witness was found illegal again by a search that remembers dead ends in full
    /// instead of by 128 bits. If not, there were not enough steps for that.
    pub is_confirmed: bool,
    /// The witness as a table, and the reason.
    pub(crate) report: String,
}

impl Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.report)
    }
}
