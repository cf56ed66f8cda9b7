//! Fuzzes the parsers of linear's formats: whatever the text, it is a history or refused with a
//! line number; a history is the same after printing and parsing it again, in every format that can
//! represent it; and checking it does not panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use linear::Limits;
use linear::format::{AnyHistory, Format};

/// Enough for small histories; a hard one is left undecided.
const LIMITS: Limits<'static> =
    Limits { steps: 2_000, dead_ends: 1_000, report_steps: 2_000, ..Limits::DEFAULT };

fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match AnyHistory::read(text) {
        Ok(history) => check(&history),
        Err(malformed) => {
            let lines = text.lines().count() as u64;
            assert!((1..=lines).contains(&malformed.line), "{malformed}");
        }
    }
});

fn check(history: &AnyHistory) {
    let json = printed(history, Format::Json).expect("JSON represents every history");
    let parsed = parsed(&json);
    assert_eq!(printed(&parsed, Format::Json), Some(json));
    assert_eq!(verdict(&parsed), verdict(history));
    for format in [Format::Porcupine, Format::Jepsen] {
        survives(history, format);
    }
}

/// Printing in a format that has line numbers for times changes the times once, and no more.
fn survives(history: &AnyHistory, format: Format) {
    let Some(text) = printed(history, format) else { return };
    if !text.is_empty() {
        assert_eq!(printed(&parsed(&text), format), Some(text));
    }
}

fn printed(history: &AnyHistory, format: Format) -> Option<String> {
    history.write(format).ok()
}

fn parsed(text: &str) -> AnyHistory {
    AnyHistory::read(text).unwrap_or_else(|malformed| panic!("{malformed}, of\n{text}"))
}

fn verdict(history: &AnyHistory) -> (&'static str, u64) {
    let checked = history.check(&LIMITS);
    (checked.verdict.name(), checked.steps)
}
