//! Reads the results that the runner writes as JSON (`--json`): the fields that the checks need.

use serde::Deserialize;
use std::path::PathBuf;

/// The whole document.
#[derive(Debug, Deserialize)]
pub struct Results {
    tests: Vec<TestResults>,
}

#[derive(Debug, Deserialize)]
struct TestResults {
    name: String,
    runs: Vec<Run>,
}

/// One run of a test.
#[derive(Debug, Deserialize)]
pub struct Run {
    /// How it went, in one word: `pass`, `fail`, `timeout` and so on.
    pub verdict: String,
    /// Why it did not pass, in one line.
    pub what: Option<String>,
    /// The seed of its dice.
    pub seed: u64,
    /// What was kept of it.
    pub files: Option<PathBuf>,
    wall_seconds: f64,
    simulated: Option<Simulated>,
}

#[derive(Debug, Deserialize)]
struct Simulated {
    virtual_seconds: Option<f64>,
}

impl Results {
    /// Reads what `--json` wrote.
    pub fn read(json: &[u8]) -> Result<Results, String> {
        serde_json::from_slice(json)
            .map_err(|error| format!("cannot read the runner's JSON results: {error}"))
    }

    /// The runs of a test; none, if it was not run.
    pub fn runs(&self, test: &str) -> &[Run] {
        let found = self.tests.iter().find(|results| results.name == test);
        found.map_or(&[], |results| &results.runs)
    }

    /// All runs, each with the name of its test.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Run)> {
        self.tests.iter().flat_map(|test| test.runs.iter().map(|run| (test.name.as_str(), run)))
    }

    /// The same runs, alone.
    pub fn into_runs(self, test: &str) -> Vec<Run> {
        let found = self.tests.into_iter().find(|results| results.name == test);
        found.map_or(Vec::new(), |results| results.runs)
    }
}

impl Run {
    /// How long it took, by the clock that counts for it.
    pub fn seconds(&self) -> f64 {
        let simulated = self.simulated.as_ref();
        simulated.and_then(|simulated| simulated.virtual_seconds).unwrap_or(self.wall_seconds)
    }

    /// How it went, in a sentence.
    pub fn summary(&self) -> String {
        let what = self.what.as_deref().unwrap_or("no reason was given");
        format!("{} with seed {} after {:.1} s: {what}", self.verdict, self.seed, self.seconds())
    }
}
