//! Colour, where there is a terminal that shows it and nobody asked for none.

use crate::results::Standing;
use crate::verdict::Word;
use std::env;
use std::fmt::Display;
use std::io::{IsTerminal, stdout};

/// Paints words, or leaves them as they are: the text is the same either way.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    coloured: bool,
}

const GREEN: u8 = 32;
const RED: u8 = 31;
const YELLOW: u8 = 33;

impl Paint {
    /// No colour.
    #[cfg(test)]
    pub fn plain() -> Paint {
        Paint { coloured: false }
    }

    /// Colour if standard output is a terminal and `NO_COLOR` is not set.
    pub fn for_stdout() -> Paint {
        let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Paint { coloured: stdout().is_terminal() && !is_dumb() && !unwanted }
    }

    /// A run's word.
    pub fn word(self, word: Word) -> String {
        match word {
            Word::Pass => self.coloured(GREEN, word),
            Word::Undecided | Word::Stopped => self.coloured(YELLOW, word),
            _ => self.coloured(RED, word),
        }
    }

    /// A whole invocation's word, in the colour of how it stands.
    pub fn standing(self, standing: Standing, word: &str) -> String {
        match standing {
            Standing::Passed => self.coloured(GREEN, word),
            Standing::Undecided | Standing::Unfinished => self.coloured(YELLOW, word),
            Standing::Failed | Standing::Kit => self.coloured(RED, word),
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
