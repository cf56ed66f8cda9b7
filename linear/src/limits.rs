//! The limits and options of a check.

/// How much a check may take, and how it searches. All limits but the time are counts, so that the
/// verdict is the same on every machine.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    /// How many candidates may be considered before the verdict is unknown. A million take some 5
    /// to 30 ms.
    pub steps: u64,
    /// How many dead ends may be remembered, of all keys together; further ones are
    /// forgotten, which costs time only. One takes up to 43 bytes.
    pub dead_ends: usize,
    /// How many steps to spend on explaining an illegal history: on a longer prefix of an order,
    /// and on a smaller witness. With none the verdict comes at once, without an
    /// explanation.
    pub report_steps: u64,
    /// Called at least every 65,536 steps; if it returns true the verdict is unknown. (This crate
    /// has no clock of its own.)
    pub is_time_up: Option<&'a dyn Fn() -> bool>,
    /// Remember dead ends in full, not by 128 bits each: for tests, since it is slow.
    pub is_exact: bool,
    /// Prune: do not try what a rule shows to lead nowhere. Without it the verdict is the same, but
    /// takes longer: for tests.
    pub prunes: bool,
}

impl Limits<'_> {
    /// Some seconds and 350 MiB at the worst; no clock.
    pub const DEFAULT: Limits<'static> = Limits {
        steps: 300_000_000,
        dead_ends: 6 << 20,
        report_steps: 20_000_000,
        is_time_up: None,
        is_exact: false,
        prunes: true,
    };
}

impl Default for Limits<'_> {
    fn default() -> Self {
        Limits::DEFAULT
    }
}
