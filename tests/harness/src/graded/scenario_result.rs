//! The result of a scenario in which no check failed: its figures, or why it is undecided.

use course::{PassedLine, Titles, Work};
use labrt::time::Duration;

/// The columns of a passed line.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// Time since the scenario began.
    pub duration: Duration,
    /// Servers in the cluster.
    pub servers: usize,
    /// RPCs sent, answered or not.
    pub rpcs: u64,
    /// What came of them.
    pub work: Work,
}

/// The result of a scenario in which no check failed.
#[derive(Debug, Clone)]
pub struct ScenarioResult {
    /// The figures of each of its passed lines, in the order of the test's titles.
    figures: Vec<Figures>,
    /// Why the test is undecided, if it is.
    doubt: Option<String>,
}

impl Figures {
    /// The passed line of the test with this title.
    pub fn line(&self, title: &str) -> PassedLine {
        let Figures { duration, servers, rpcs, work } = *self;
        PassedLine {
            title: title.to_string(),
            seconds: duration.as_secs_f64(),
            servers,
            rpcs,
            work,
        }
    }
}

impl ScenarioResult {
    /// The same, unless there is a doubt: then the test is undecided, neither passed nor failed,
    /// and the doubt is the reason that is printed.
    pub fn unless(self, doubt: Option<String>) -> ScenarioResult {
        ScenarioResult { doubt: self.doubt.or(doubt), ..self }
    }

    /// The passed lines, or why there are none.
    ///
    /// # Panics
    /// If there are not as many figures as titles: the scenario and the table disagree.
    pub(super) fn lines(&self, titles: &Titles) -> Result<Vec<PassedLine>, String> {
        if let Some(doubt) = &self.doubt {
            return Err(doubt.clone());
        }
        let (given, listed) = (self.figures.len(), titles.lines.len());
        assert_eq!(
            given, listed,
            "{}: the table must have a line for each of the scenario's figures",
            titles.test
        );
        Ok(self.figures.iter().zip(&titles.lines).map(|(it, title)| it.line(title)).collect())
    }
}

impl From<Figures> for ScenarioResult {
    fn from(figures: Figures) -> ScenarioResult {
        ScenarioResult::from(vec![figures])
    }
}

impl From<Vec<Figures>> for ScenarioResult {
    fn from(figures: Vec<Figures>) -> ScenarioResult {
        ScenarioResult { figures, doubt: None }
    }
}
