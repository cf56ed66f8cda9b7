//! The bugs of the broken crates: which graded test shows each, and what the failure must say.

use crate::problem::Problem;
use crate::results::Run;
use std::fs;

/// A bug, and how it must be caught.
#[derive(Debug)]
pub struct Bug {
    /// Its name in the broken crate, as the environment names it.
    pub name: &'static str,
    /// The graded test that shows it.
    pub test: &'static str,
    /// With how many seeds that is simulated.
    pub seeds: u32,
    /// With how many of a hundred seeds it must show, at least.
    pub percent: u32,
    /// Whether it must show on real threads as well.
    pub on_real_threads: bool,
    /// By when it must show, in seconds.
    pub within: f64,
    /// What the failure begins with, one of these: the property that does not hold.
    pub claims: &'static [&'static str],
    /// The paper's rules that may name it sooner than the property does.
    pub rules: &'static [&'static str],
    /// What else it must say.
    pub shown: &'static str,
    /// What it ends with: where the paper says so.
    pub ends: &'static str,
    /// How many servers' states follow in the report.
    pub servers: usize,
}

/// A bug of the Raft: it must show soon, with every seed, on real threads as well.
const RAFT: Bug = Bug {
    name: "",
    test: "",
    seeds: 30,
    percent: 100,
    on_real_threads: true,
    within: 10.0,
    claims: &[],
    rules: &[],
    shown: "",
    ends: "",
    servers: 3,
};

/// A bug of the service, under simulation.
const SERVICE: Bug = Bug { seeds: 20, on_real_threads: false, within: 120.0, servers: 0, ..RAFT };

const ONE_VOTE: &str = "one vote a term";
const ELECTED: &str = "a leader has the votes of a majority";
const SAVED_FIRST: &str = "2C: what a reply promises is saved first";
const ELECTION_SAFETY: &str = "at most one leader per term";
const MONOTONIC_TERMS: &str = "terms never go back";
const APPLIED_ORDER: &str = "commands are applied in order, without a gap";
const STATE_MACHINE_SAFETY: &str = "no index applied with different commands";
const ONLY_COMMANDS: &str = "only commands that were started are applied";
const SNAPSHOTS_INTACT: &str = "a snapshot arrives as it was made";
const PERSISTENCE: &str = "2C: what must survive a crash is saved";
const NOTHING_VANISHES: &str = "nothing applied ever vanishes";
const LINEARIZABLE: &str = "operations are linearizable";
const LAST_WRITTEN: &str = "a client reads what was written last";
const EACH_APPEND_ONCE: &str = "every append is there once and in order";
const SHORT_LOG: &str = "snapshots keep the log short";

/// Every bug there is.
pub const BUGS: [Bug; 17] = [
    Bug {
        name: "TwoLeaders",
        test: "initial_election_2a",
        claims: &[ELECTION_SAFETY],
        rules: &[ONE_VOTE, ELECTED],
        shown: "both lead term",
        ends: "(Election Safety, figure 3 and section 5.2)",
        ..RAFT
    },
    Bug {
        name: "TermGoesBack",
        test: "initial_election_2a",
        claims: &[MONOTONIC_TERMS],
        shown: "went back to term",
        ends: "(currentTerm in figure 2, section 5.1)",
        ..RAFT
    },
    Bug {
        name: "SkippedEntry",
        test: "concurrent_starts_2b",
        claims: &[APPLIED_ORDER],
        shown: "S1 applied index 3 after index 1",
        ends: "(lastApplied in figure 2, section 5.3)",
        ..RAFT
    },
    Bug {
        name: "LostEntry",
        test: "concurrent_starts_2b",
        claims: &[STATE_MACHINE_SAFETY],
        shown: "at index 2 S",
        ends: "(State Machine Safety, figure 3 and section 5.4.3)",
        ..RAFT
    },
    Bug {
        name: "ReorderedApply",
        test: "concurrent_starts_2b",
        claims: &[APPLIED_ORDER],
        shown: "S1 applied index 3 after index 1",
        ends: "(lastApplied in figure 2, section 5.3)",
        ..RAFT
    },
    Bug {
        name: "DifferentCommand",
        test: "basic_agree_2b",
        claims: &[STATE_MACHINE_SAFETY],
        shown: "at index 2 S",
        ends: "(State Machine Safety, figure 3 and section 5.4.3)",
        ..RAFT
    },
    Bug {
        name: "GarbledCommand",
        test: "basic_agree_2b",
        claims: &[ONLY_COMMANDS],
        shown: "S1 applied bytes at index 2 that are no command",
        ends: "(the life of a command, section 5.3)",
        ..RAFT
    },
    Bug {
        name: "GarbledSnapshot",
        test: "snapshot_install_2d",
        claims: &[SNAPSHOTS_INTACT],
        shown: "that are no snapshot",
        ends: "(InstallSnapshot in figure 13, section 7)",
        ..RAFT
    },
    Bug {
        name: "ForgottenPersist",
        test: "persist_1_2c",
        claims: &[PERSISTENCE],
        rules: &[SAVED_FIRST],
        shown: "had saved nothing",
        ends: "(persistent state in figure 2)",
        ..RAFT
    },
    Bug {
        name: "ForgottenRestore",
        test: "persist_1_2c",
        claims: &[MONOTONIC_TERMS],
        rules: &[SAVED_FIRST],
        shown: "went back to term 0",
        ends: "(currentTerm in figure 2, section 5.1)",
        ..RAFT
    },
    // A new command is appended at an index that was applied with another. Which of the two
    // properties fails first depends on whether the new command has been applied by the next look.
    Bug {
        name: "LostLog",
        test: "persist_1_2c",
        claims: &[NOTHING_VANISHES, STATE_MACHINE_SAFETY],
        rules: &[SAVED_FIRST],
        shown: "11",
        ..RAFT
    },
    Bug {
        name: "Unfinished",
        test: "initial_election_2a",
        within: 1.0,
        claims: &["panicked at "],
        shown: "not yet implemented: 2A: the current term, and whether this server leads",
        servers: 0,
        ..RAFT
    },
    Bug {
        name: "NoDuplicateDetection",
        test: "unreliable_3a",
        claims: &[EACH_APPEND_ONCE, LAST_WRITTEN],
        ..SERVICE
    },
    Bug {
        name: "StaleRead",
        test: "persist_partition_unreliable_linearizable_3a",
        percent: 50,
        claims: &[LINEARIZABLE],
        ..SERVICE
    },
    Bug {
        name: "DuplicatesNotInSnapshot",
        test: "snapshot_unreliable_recover_3b",
        percent: 50,
        claims: &[EACH_APPEND_ONCE, LAST_WRITTEN],
        ..SERVICE
    },
    Bug { name: "AnsweredBeforeApplied", test: "basic_3a", claims: &[LAST_WRITTEN], ..SERVICE },
    Bug { name: "NoSnapshots", test: "snapshot_size_3b", claims: &[SHORT_LOG], ..SERVICE },
];

impl Bug {
    /// How many runs show the bug, if it is enough and each says so in the right words.
    pub fn judge_all(&self, runs: &[Run]) -> Result<usize, Problem> {
        let caught: Vec<&Run> = runs.iter().filter(|run| run.verdict != "pass").collect();
        caught.iter().try_for_each(|run| self.judge(run))?;
        if caught.len() * 100 < runs.len() * self.percent as usize {
            let (caught, runs) = (caught.len(), runs.len());
            let problem = format!("{} fails in {caught} of {runs} runs only", self.test);
            return Err(Problem::Found(problem));
        }
        Ok(caught.len())
    }

    /// Whether a run that did not pass says what is wrong.
    fn judge(&self, run: &Run) -> Result<(), Problem> {
        let what = run.what.as_deref().unwrap_or_default();
        let by_rule = self.rules.iter().any(|rule| what.starts_with(rule));
        let expected = [
            (run.verdict == "fail", "to fail".to_owned()),
            (run.seconds() <= self.within, format!("to fail within {} s", self.within)),
            (
                by_rule || self.claims.iter().any(|claim| what.starts_with(claim)),
                format!("to be reported as {}", [self.claims, self.rules].concat().join(" or ")),
            ),
            (by_rule || what.contains(self.shown), format!("to say {:?}", self.shown)),
            (by_rule || what.ends_with(self.ends), format!("to end with {:?}", self.ends)),
            (self.has_every_servers_state(run)?, "to report every server's state".to_owned()),
        ];
        let missed = expected.into_iter().find(|(holds, _)| !holds);
        missed.map_or(Ok(()), |(_, expected)| {
            Err(Problem::Found(format!("{} is expected {expected}: {}", self.test, run.summary())))
        })
    }

    /// Whether the report says how each server is. Of many runs only the first are kept.
    fn has_every_servers_state(&self, run: &Run) -> Result<bool, Problem> {
        let Some(files) = run.files.as_ref().filter(|_| self.servers > 0) else { return Ok(true) };
        let report = files.join("report.txt");
        let text = fs::read_to_string(&report);
        let text = text.map_err(|error| format!("{}: {error}", report.display()))?;
        let is_listed = |server: usize| {
            let begin = format!("S{server} ");
            text.lines().any(|line| line.trim_start().starts_with(&begin))
        };
        Ok((0..self.servers).all(is_listed))
    }
}

#[cfg(test)]
mod tests;
