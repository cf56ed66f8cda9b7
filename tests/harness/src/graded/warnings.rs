//! The warnings of a scenario: odd, but no failure. They are printed with the test's passed line.

#![expect(
    clippy::disallowed_types,
    reason = "a static labrt lock would belong to the first of many worlds; none waits with this"
)]

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The warnings of the present run. A process runs one scenario at a time.
static WARNINGS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Adds a warning: something is odd, but fails nothing.
pub fn note(warning: impl Into<String>) {
    let warning = warning.into();
    warnings().push(warning);
}

/// Takes the warnings so far; the next run begins with none.
pub(super) fn take() -> Vec<String> {
    mem::take(&mut *warnings())
}

fn warnings() -> MutexGuard<'static, Vec<String>> {
    WARNINGS.lock().unwrap_or_else(PoisonError::into_inner)
}
