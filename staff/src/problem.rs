//! What was asked for and is not so: the tree is wrong, it could not be checked or made, or the
//! command line is wrong.

use crate::exit::Exit;

/// Why a check did not pass, or nothing was made.
#[derive(Debug, PartialEq)]
pub enum Problem {
    /// A tree is not what it should be.
    Found(String),
    /// A tree could not be made, read or run.
    NotChecked(String),
    /// The command line names something that does not exist.
    Usage(String),
}

impl Problem {
    /// The same problem, with the check it came up in before it.
    pub fn at(self, place: &str) -> Problem {
        match self {
            Problem::Found(problem) => Problem::Found(format!("{place}: {problem}")),
            Problem::NotChecked(problem) => Problem::NotChecked(format!("{place}: {problem}")),
            Problem::Usage(problem) => Problem::Usage(format!("{place}: {problem}")),
        }
    }
}

impl From<String> for Problem {
    fn from(problem: String) -> Problem {
        Problem::NotChecked(problem)
    }
}

/// Prints how a check ended.
pub fn say(result: Result<String, Problem>) -> Exit {
    say_made(result.map(|passed| format!("PASS  {passed}")))
}

/// Prints what was made, or why it was not.
pub fn say_made(result: Result<String, Problem>) -> Exit {
    match result {
        Ok(made) => {
            println!("{made}");
            Exit::Passed
        }
        Err(Problem::Found(problem)) => {
            println!("FAIL  {problem}");
            Exit::Failed
        }
        Err(Problem::NotChecked(problem)) => {
            eprintln!("error: {problem}");
            Exit::KitFault
        }
        Err(Problem::Usage(problem)) => {
            eprintln!("error: {problem}");
            Exit::Usage
        }
    }
}
