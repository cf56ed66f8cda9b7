//! The words that failures share.

use crate::view::View;
use std::fmt;
use std::time::Duration;

/// `1.203 s`.
pub(crate) struct Time(pub(crate) Duration);

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.3} s", self.0.as_secs_f64())
    }
}

/// "; it crashed in between, at 1.310 s: was the vote saved?", if it did.
pub(crate) fn crash_since(view: &View, server: usize, earlier: Duration, what: &str) -> String {
    match view.crash_since(server, earlier) {
        Some(at) => format!("; it crashed in between, at {}: was the {what} saved?", Time(at)),
        None => String::new(),
    }
}
