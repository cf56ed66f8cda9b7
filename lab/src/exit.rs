//! The exit codes of `lab`, for scripts and graders; `lab --help` lists them. (`make` turns every
//! failure into its own 2.)

use signal_hook::consts::SIGINT;

/// How an invocation of `lab` ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Every test asked for passed.
    Passed,
    /// A test failed.
    Failed,
    /// No test failed, but one was undecided.
    Undecided,
    /// The code does not compile.
    NotBuilt,
    /// Something is wrong with the kit or the machine, not with the solution.
    KitFault,
    /// The command line asks for something that does not exist or cannot be.
    Usage,
    /// A signal ended it early.
    Interrupted(i32),
}

impl Exit {
    /// The number the process exits with. Signals follow the shell's custom: 128 and the signal.
    pub fn code(self) -> u8 {
        match self {
            Exit::Passed => 0,
            Exit::Failed => 1,
            Exit::Undecided => 2,
            Exit::NotBuilt => 3,
            Exit::KitFault => 4,
            Exit::Usage => 64,
            Exit::Interrupted(signal) => 128 + u8::try_from(signal).unwrap_or(SIGINT as u8),
        }
    }

    /// The same in a word, for machines.
    pub fn name(self) -> &'static str {
        match self {
            Exit::Passed => "passed",
            Exit::Failed => "failed",
            Exit::Undecided => "undecided",
            Exit::NotBuilt => "not-built",
            Exit::KitFault => "kit-fault",
            Exit::Usage => "usage",
            Exit::Interrupted(_) => "interrupted",
        }
    }
}
