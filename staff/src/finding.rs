//! A finding: a line of a file that breaks a rule, and why.

use std::fmt::{self, Display};
use std::path::{Path, PathBuf};

/// A line that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    file: PathBuf,
    line: usize,
    what: String,
}

impl Finding {
    /// `what` says what is wrong, the value, the limit, and what to do.
    pub fn new(file: &Path, line: usize, what: impl Into<String>) -> Finding {
        Finding { file: file.to_path_buf(), line, what: what.into() }
    }
}

impl Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.file.display(), self.line, self.what)
    }
}

/// Fails the calling test with all findings, one a line.
#[track_caller]
pub fn assert_tidy(findings: Vec<Finding>) {
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(lines.is_empty(), "{} places are not tidy:\n{}", lines.len(), lines.join("\n"));
}

/// Fails unless there is exactly one finding, and it reads like this.
#[track_caller]
pub fn assert_finds(findings: &[Finding], expected: &str) {
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert_eq!(lines, [expected]);
}
