//! Lines of text for a terminal: labelled lines, shortened paths, and lines that a solution or a
//! test wrote, which may hold anything.

use course::Simulated;
use std::borrow::Cow;
use std::env;
use std::path::{Path, PathBuf};

/// A line that the solution or the test wrote is cut at so many characters.
const LINE_WIDTH: usize = 400;

/// A line of a block: `  seed   417`.
pub fn labelled(label: &str, value: &str) -> String {
    format!("  {label:<7}{}\n", printable(value))
}

/// Whether this is a line of a backtrace: `  12: core::ops::function` or `     at src/lib.rs:7`.
pub fn is_frame(line: &str) -> bool {
    let indented = line.trim_start();
    let number = indented.split_once(": ").map(|(number, _)| number.parse::<u32>().is_ok());
    line.starts_with("  ") && (number == Some(true) || indented.starts_with("at "))
}

/// One line that may hold anything, without control characters and cut at a limit.
pub fn printable(line: &str) -> Cow<'_, str> {
    let fits = line.chars().nth(LINE_WIDTH).is_none();
    if fits && !line.contains(char::is_control) {
        return Cow::Borrowed(line);
    }
    let mut text: String = line.replace('\t', "    ");
    text.retain(|character| !character.is_control());
    if text.chars().nth(LINE_WIDTH).is_some() {
        text = text.chars().take(LINE_WIDTH).chain("...".chars()).collect();
    }
    Cow::Owned(text)
}

/// A path as one would type it from here.
pub fn short(path: &Path) -> PathBuf {
    let here = env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).to_path_buf()
}

/// When in virtual time a run ended, and by which policy it was scheduled, if that is known.
pub fn after(simulated: &Simulated) -> Option<String> {
    let policy = simulated.policy.as_ref().map(|policy| format!(" ({policy})"));
    let seconds = simulated.virtual_seconds?;
    Some(format!("{seconds:.3} s of virtual time{}", policy.unwrap_or_default()))
}
