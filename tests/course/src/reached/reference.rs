//! What the reference solution reached: `tests/reached.toml`, made by `make reached`.

use super::Situation;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The table itself, compiled in.
const TABLE: &str = include_str!("../../../reached.toml");

/// In how many of its simulated runs the reference reached what.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Of each test: its runs, and how many of them reached what.
    #[serde(default)]
    tests: BTreeMap<String, OfTest>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfTest {
    runs: u32,
    #[serde(default)]
    reached: BTreeMap<Situation, u32>,
}

impl Reference {
    /// The table. Panics only if `reached.toml` itself is wrong, which is the kit's fault.
    #[must_use]
    pub fn load() -> Reference {
        Reference::read(TABLE).expect("reached.toml is made by `make reached` and well formed")
    }

    /// Reads such a table, or says what is wrong with it.
    pub fn read(table: &str) -> Result<Reference, String> {
        toml::from_str(table).map_err(|error| error.to_string())
    }

    /// The share of the reference's runs of a test that reached a situation, from 0 to 1. 0 for a
    /// test that is not in the table: then nothing is expected of it.
    #[must_use]
    pub fn share(&self, test: &str, situation: Situation) -> f64 {
        self.counted(test, situation, |count| count)
    }

    /// What the share is at least, with great probability: the table's runs are few, and what was
    /// reached in one of them may be reached in one of thousands. Two standard deviations less.
    #[must_use]
    pub fn sure_share(&self, test: &str, situation: Situation) -> f64 {
        self.counted(test, situation, |count| (count - 2.0 * count.sqrt()).max(0.0))
    }

    fn counted(&self, test: &str, situation: Situation, count: impl Fn(f64) -> f64) -> f64 {
        let Some(of_test) = self.tests.get(test) else { return 0.0 };
        let reached = of_test.reached.get(&situation).copied().unwrap_or(0);
        count(f64::from(reached)) / f64::from(of_test.runs.max(1))
    }

    /// The tests in the table.
    pub fn tests(&self) -> impl Iterator<Item = &str> {
        self.tests.keys().map(String::as_str)
    }
}
