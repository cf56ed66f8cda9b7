//! What a scenario comes to that did not fail: its figures, and perhaps a doubt.

use course::{PassedLine, Titles, Work};
use labrt::time::Duration;

/// What a scenario that held reports: the columns of a passed line.
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

/// A scenario to its end: no check failed.
#[derive(Debug, Clone)]
pub struct Held {
    /// The figures of each of its passed lines, in the order of the test's titles.
    figures: Vec<Figures>,
    /// Why it cannot be said that the test passed, if it cannot.
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

impl Held {
    /// The same, unless there is a doubt: then the test is undecided, which is neither passed nor
    /// failed, and this is the reason that people read.
    pub fn unless(self, doubt: Option<String>) -> Held {
        Held { doubt: self.doubt.or(doubt), ..self }
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
        assert_eq!(given, listed, "{}: a line in the table for each figures", titles.test);
        Ok(self.figures.iter().zip(&titles.lines).map(|(it, title)| it.line(title)).collect())
    }
}

impl From<Figures> for Held {
    fn from(figures: Figures) -> Held {
        Held::from(vec![figures])
    }
}

impl From<Vec<Figures>> for Held {
    fn from(figures: Vec<Figures>) -> Held {
        Held { figures, doubt: None }
    }
}
