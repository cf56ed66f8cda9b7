//! Which log lines are wanted: `LOG=raft=debug,labrpc=info`. The runner reads it to refuse a
//! mistake before anything runs, the test's process to log.

use log::LevelFilter;
use std::fmt;
use std::str::FromStr;

/// Levels by topic. A topic covers everything beneath it: `raft` covers `raft::election`, but not
/// `raft_tests`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter {
    /// The level of topics that no rule covers.
    otherwise: LevelFilter,
    rules: Vec<(String, LevelFilter)>,
}

/// By default the log shows the steps of the test.
impl Default for LogFilter {
    fn default() -> LogFilter {
        LogFilter { otherwise: LevelFilter::Info, rules: Vec::new() }
    }
}

impl LogFilter {
    /// Every line of every topic.
    pub fn everything() -> LogFilter {
        LogFilter { otherwise: LevelFilter::Trace, rules: Vec::new() }
    }

    /// The level of the longest rule that covers `topic`.
    pub fn level_for(&self, topic: &str) -> LevelFilter {
        let covering = self.rules.iter().filter(|(rule, _)| covers(rule, topic));
        covering.max_by_key(|(rule, _)| rule.len()).map_or(self.otherwise, |(_, level)| *level)
    }

    /// The level of whichever topic logs most.
    pub fn most_verbose(&self) -> LevelFilter {
        self.rules.iter().map(|(_, level)| *level).fold(self.otherwise, Ord::max)
    }
}

fn covers(rule: &str, topic: &str) -> bool {
    topic.strip_prefix(rule).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

impl FromStr for LogFilter {
    type Err = String;

    /// Reads `topic=level` and bare levels, separated by commas. A bare level is for all topics
    /// that have no level of their own.
    fn from_str(text: &str) -> Result<LogFilter, String> {
        let mut filter = LogFilter::default();
        for rule in text.split(',').map(str::trim).filter(|rule| !rule.is_empty()) {
            match rule.split_once('=') {
                Some((topic, level)) => {
                    filter.rules.push((topic.trim().to_string(), level_named(level, text)?));
                }
                None => filter.otherwise = level_named(rule, text)?,
            }
        }
        Ok(filter)
    }
}

/// As it is set, with the level of other topics only if that is not the usual one.
impl fmt::Display for LogFilter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = |level: LevelFilter| level.as_str().to_lowercase();
        let rules = self.rules.iter().map(|(topic, rule)| format!("{topic}={}", level(*rule)));
        let other_topics =
            self.otherwise != LogFilter::default().otherwise || self.rules.is_empty();
        let other_topics = other_topics.then(|| level(self.otherwise));
        let all: Vec<String> = other_topics.into_iter().chain(rules).collect();
        formatter.write_str(&all.join(","))
    }
}

fn level_named(name: &str, text: &str) -> Result<LevelFilter, String> {
    name.trim().parse().map_err(|_| {
        format!(
            "LOG={text}: {name:?} is not a level. Levels are off, error, warn, info, debug and \
             trace, as in LOG=raft=debug,labrpc=info"
        )
    })
}
