//! Halves of seeds, and differences of runs.

use super::determinism::halves;
use super::difference;
use crate::run::verdict::RunVerdict;
use crate::sample;
use course::{Seeds, Simulated};

fn seeds(text: &str) -> Seeds {
    text.parse().expect("these are seeds")
}

#[test]
fn seeds_are_halved() {
    assert_eq!(halves(seeds("5..6")), (seeds("5..6"), None));
    assert_eq!(halves(seeds("5..7")), (seeds("5..6"), Some(seeds("6..7"))));
    assert_eq!(halves(seeds("0..5")), (seeds("0..3"), Some(seeds("3..5"))));
}

#[test]
fn runs_are_the_same_by_word_and_hash() {
    let run = |verdict, hash| {
        let mut run = sample::run(verdict, 1, 1);
        run.simulated = Some(Simulated { hash, ..Simulated::default() });
        run
    };
    let passed = run(RunVerdict::Pass, Some(1));
    assert_eq!(difference(&passed, &run(RunVerdict::Pass, Some(1))), None);
    assert_eq!(difference(&run(RunVerdict::Crash, None), &run(RunVerdict::Crash, None)), None);
    assert_eq!(
        difference(&passed, &run(RunVerdict::Fail, Some(255))).as_deref(),
        Some("PASS with hash 0000000000000001, then FAIL with hash 00000000000000ff")
    );
    assert_eq!(
        difference(&passed, &run(RunVerdict::Crash, None)).as_deref(),
        Some("PASS with hash 0000000000000001, then CRASH")
    );
}
