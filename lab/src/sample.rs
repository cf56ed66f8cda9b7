//! A small course and made-up runs, for the unit tests.

use crate::run::process_group::Usage;
use crate::run::result::RunResult;
use crate::run::verdict::RunVerdict;
use crate::select::SelectedTest;
use course::{Course, PassedLine, Work};
use serde_json::json;
use std::env;
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

/// Two parts of lab 2 and one of lab 3, which is more demanding.
pub fn course() -> Course {
    let part = |name: &str, tests_per_core: u32, tests: &[(&str, u32, u64)]| {
        let tests = tests.iter().map(|(test, points, seconds)| {
            json!({ "name": test, "title": format!("the {test}"), "points": points,
                "seconds": seconds, "scheduling_points": 100_000 })
        });
        json!({ "name": name, "title": format!("part {name}"), "package": "tests",
            "binary": format!("part_{}", name.to_lowercase()), "tests_per_core": tests_per_core,
            "heading": "Test ({part}): {title}", "figures": format!("figures of {}", &name[..1]),
            "test": tests.collect::<Vec<_>>() })
    };
    let parts = [
        part("2A", 4, &[("initial_2a", 60, 3), ("many_2a", 40, 7)]),
        part("2B", 4, &[("agree_2b", 50, 1), ("rejoin_2b", 50, 7)]),
        part("3A", 1, &[("clients_3a", 100, 15)]),
    ];
    serde_json::from_value(json!({ "part": parts })).expect("the sample is a course")
}

/// All its tests.
pub fn all(course: &Course) -> Vec<SelectedTest<'_>> {
    course.tests().map(|(part, test)| SelectedTest { part, test }).collect()
}

/// A run that ended like this after so many seconds.
pub fn run(verdict: RunVerdict, number: u32, seconds: u64) -> RunResult {
    let line = PassedLine {
        title: String::from("Test (2A): the initial_2a"),
        seconds: 3.07,
        servers: 3,
        rpcs: 58,
        work: Work::Agreement { bytes: 16278, agreements: 0 },
    };
    let passed = verdict == RunVerdict::Pass;
    RunResult {
        number,
        seed: 7,
        verdict,
        what: (!passed).then(|| String::from("lost entry 7")),
        report: String::new(),
        notes: Vec::new(),
        lines: if passed { vec![line] } else { Vec::new() },
        wall: Duration::from_secs(seconds),
        usage: Usage { cpu: Duration::from_millis(500), peak_memory: 3 << 20 },
        kept: None,
        simulated: None,
        after_seeds: None,
        lateness: None,
        again: None,
        needs_earlier_seeds: false,
    }
}

/// A directory for one test of ours: empty at first, and removed at the end.
pub struct Directory(PathBuf);

impl Directory {
    /// Creates it.
    pub fn new(name: &str) -> Directory {
        let path = env::temp_dir().join(format!("lab-{}-{name}", process::id()));
        fs::create_dir_all(&path).expect("the temporary directory is writable");
        Directory(path)
    }
}

impl Deref for Directory {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
