//! Excerpts of long values, around the byte where they differ from others.

/// How many bytes of a value are shown before and after the point of interest.
const BEFORE: usize = 24;
const AFTER: usize = 40;

/// How long a value is shown whole.
const WHOLE: usize = 72;

/// A value in quotes; of a long one what is around byte `point`, and how many bytes are left out.
pub(crate) fn excerpt(value: &[u8], point: usize) -> String {
    if value.len() <= WHOLE {
        return quoted(value);
    }
    let point = point.min(value.len());
    let from =
        boundary(value, point.saturating_sub(BEFORE.max(WHOLE - (value.len() - point).min(AFTER))));
    let to = boundary(value, (point + AFTER).min(value.len()));
    let (before, after) = (from, value.len() - to);
    let mut text = String::new();
    if before > 0 {
        text += &format!("({before} bytes)..");
    }
    text += &quoted(&value[from..to]);
    if after > 0 {
        text += &format!("..({after} bytes)");
    }
    text
}

fn quoted(bytes: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(bytes))
}

/// The nearest place from here to the front where a character begins.
fn boundary(value: &[u8], mut at: usize) -> usize {
    while at > 0 && at < value.len() && value[at] & 0xC0 == 0x80 {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests;
