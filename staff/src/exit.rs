//! The exit codes of `staff`. The numbers are those of `lab`.

/// How an invocation of `staff` ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It did what was asked, and what it checked is as it should be.
    Passed,
    /// What it checked is not as it should be.
    Failed,
    /// Something is wrong with the kit or the machine.
    KitFault,
    /// The command line asks for something that does not exist or cannot be.
    Usage,
}

impl Exit {
    /// The number the process exits with.
    pub fn code(self) -> u8 {
        match self {
            Exit::Passed => 0,
            Exit::Failed => 1,
            Exit::KitFault => 4,
            Exit::Usage => 64,
        }
    }
}
