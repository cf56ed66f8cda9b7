//! The exit codes of `linear`, which are those of `lab`.

/// How the check of some histories ended; of several, the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Every history is linearizable.
    Linearizable,
    /// None is known not to be linearizable, but one could not be decided.
    Undecided,
    /// A history is not linearizable.
    Illegal,
    /// The command line is wrong, or a file cannot be read.
    Usage,
}

impl Exit {
    /// The number the process exits with.
    pub fn code(self) -> u8 {
        match self {
            Exit::Linearizable => 0,
            Exit::Illegal => 1,
            Exit::Undecided => 2,
            Exit::Usage => 64,
        }
    }
}
