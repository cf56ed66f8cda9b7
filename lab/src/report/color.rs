//! Colours, if standard output is a terminal and `NO_COLOR` is not set.

use crate::run::results::TestStatus;
use crate::run::verdict::RunVerdict;
use std::env;
use std::fmt::Display;
use std::io::{IsTerminal, stdout};

/// Colours text, or returns it as it is.
#[derive(Debug, Clone, Copy)]
pub struct Colors {
    coloured: bool,
}

const GREEN: u8 = 32;
const RED: u8 = 31;
const YELLOW: u8 = 33;

impl Colors {
    /// No colour.
    #[cfg(test)]
    pub fn plain() -> Colors {
        Colors { coloured: false }
    }

    /// Colour if standard output is a terminal and `NO_COLOR` is not set.
    pub fn for_stdout() -> Colors {
        let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Colors { coloured: stdout().is_terminal() && !is_dumb() && !unwanted }
    }

    /// A run's verdict.
    pub fn verdict(self, verdict: RunVerdict) -> String {
        match verdict {
            RunVerdict::Pass => self.coloured(GREEN, verdict),
            RunVerdict::Busy | RunVerdict::Undecided | RunVerdict::Stopped => {
                self.coloured(YELLOW, verdict)
            }
            _ => self.coloured(RED, verdict),
        }
    }

    /// The status of a whole invocation.
    pub fn status(self, status: TestStatus, text: &str) -> String {
        match status {
            TestStatus::Passed => self.coloured(GREEN, text),
            TestStatus::Undecided | TestStatus::Unfinished => self.coloured(YELLOW, text),
            TestStatus::Failed | TestStatus::Kit => self.coloured(RED, text),
        }
    }

    fn coloured(self, colour: u8, text: impl Display) -> String {
        match self.coloured {
            true => format!("\x1b[1;{colour}m{text}\x1b[0m"),
            false => text.to_string(),
        }
    }
}

/// Whether the terminal cannot move its cursor.
pub fn is_dumb() -> bool {
    env::var_os("TERM").is_none_or(|terminal| terminal == "dumb")
}
