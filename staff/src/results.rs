//! Reads the results that the runner writes as JSON (`--json`): the fields that the checks need.

use course::Reached;
use serde::Deserialize;
use std::path::PathBuf;

/// The whole document.
#[derive(Debug, Deserialize)]
pub struct Results {
    /// How the runner ended, in one word: `passed`, `failed`, `not-built` and so on.
    #[serde(default)]
    pub ended: String,
    /// What the test processes took, in seconds.
    #[serde(default)]
    pub cpu_seconds: f64,
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
    reached: Option<Reached>,
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

    /// A test without a single run; of no tests at all, "nothing". Then the results say nothing.
    pub fn not_run(&self) -> Option<&str> {
        if self.tests.is_empty() {
            return Some("nothing");
        }
        let not_run = self.tests.iter().find(|test| test.runs.is_empty());
        not_run.map(|test| test.name.as_str())
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
    /// The situations that it reached, if it is simulated and says.
    pub fn reached(&self) -> Option<Reached> {
        self.simulated.as_ref()?.reached
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    fn not_run(json: &str) -> Option<String> {
        Results::read(json.as_bytes()).expect("it is JSON").not_run().map(str::to_owned)
    }

    #[test]
    fn a_test_that_was_not_run_is_named() {
        let run = r#"{"verdict":"pass","what":null,"seed":1,"files":null,"wall_seconds":1.0}"#;
        let test = |name: &str, runs: &str| format!(r#"{{"name":"{name}","runs":[{runs}]}}"#);
        let all = |tests: &[String]| format!(r#"{{"tests":[{}]}}"#, tests.join(","));
        assert_eq!(not_run(&all(&[])).as_deref(), Some("nothing"));
        let tests = [test("count_2b", run), test("backup_2b", "")];
        assert_eq!(not_run(&all(&tests)).as_deref(), Some("backup_2b"));
        assert_eq!(not_run(&all(&tests[..1])), None);
    }
}
