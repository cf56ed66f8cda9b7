//! Describes in one line how two values differ, however long they are.

use std::fmt;

/// Values up to this many bytes are shown whole.
const SHORT: usize = 40;

/// Of longer ones, so much is shown before the place where they part, and after it.
const BEFORE: usize = 12;
const AFTER: usize = 20;

/// What was expected and what was found instead. Costs nothing until it is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Difference<'a> {
    pub(crate) expected: &'a str,
    pub(crate) found: &'a str,
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { expected, found } = self;
        if expected.len() <= SHORT && found.len() <= SHORT {
            return write!(formatter, "expected {expected:?}, got {found:?}");
        }
        let pairs = expected.bytes().zip(found.bytes());
        let same = pairs.take_while(|(one, other)| one == other).count();
        let (lacks, has) = (excerpt(expected, same), excerpt(found, same));
        let (long, longer) = (expected.len(), found.len());
        write!(
            formatter,
            "expected {long} bytes, got {longer}; from byte {same} on they differ: expected \
             {lacks}, got {has}"
        )
    }
}

/// A few characters around this place, quoted.
pub(crate) fn excerpt(text: &str, place: usize) -> String {
    let (start, end) = (place.saturating_sub(BEFORE), (place + AFTER).min(text.len()));
    let piece = String::from_utf8_lossy(&text.as_bytes()[start.min(end)..end]);
    let (before, after) = (dots(start > 0), dots(end < text.len()));
    format!("\"{before}{}{after}\"", piece.escape_debug())
}

fn dots(cut: bool) -> &'static str {
    if cut { "..." } else { "" }
}

#[cfg(test)]
mod tests;
