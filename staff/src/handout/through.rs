//! Which parts of a handout are filled in with the solution, and which are open (`THROUGH=2B`).

use course::Course;
use std::fmt;

/// The parts whose solutions are filled in: those up to one of the course, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through {
    /// The graded parts, in course order.
    parts: Vec<String>,
    /// How many of them are filled in.
    filled: usize,
}

impl Through {
    /// Nothing is filled in: what a student begins with.
    pub fn nothing(course: &Course) -> Through {
        let graded = course.parts.iter().filter(|part| part.is_graded());
        Through { parts: graded.map(|part| part.name.clone()).collect(), filled: 0 }
    }

    /// All parts up to this one, or what is wrong with the word.
    pub fn part(course: &Course, word: &str) -> Result<Through, String> {
        let nothing = Through::nothing(course);
        let named = |part: &String| part.eq_ignore_ascii_case(word);
        match nothing.parts.iter().position(named) {
            Some(position) => Ok(Through { filled: position + 1, ..nothing }),
            None => Err(format!(
                "there is no part {word:?}; the parts are {}",
                nothing.parts.join(", ")
            )),
        }
    }

    /// Nothing, then the parts up to each in turn: every tree that can be handed out.
    pub fn all(course: &Course) -> Vec<Through> {
        let nothing = Through::nothing(course);
        (0..=nothing.parts.len()).map(|filled| Through { filled, ..nothing.clone() }).collect()
    }

    /// All parts are filled in.
    pub fn everything(&self) -> Through {
        Through { parts: self.parts.clone(), filled: self.parts.len() }
    }

    /// The parts that are filled in.
    pub fn filled(&self) -> &[String] {
        &self.parts[..self.filled]
    }

    /// The parts that are still to be done.
    pub fn open(&self) -> &[String] {
        &self.parts[self.filled..]
    }

    /// Where a part comes among the graded ones, or what is wrong with its name.
    pub fn position(&self, part: &str) -> Result<usize, String> {
        let position = self.parts.iter().position(|known| known == part);
        position.ok_or_else(|| {
            format!("there is no part {part:?}; the parts are {}", self.parts.join(", "))
        })
    }
}

impl fmt::Display for Through {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.filled().last() {
            None => write!(formatter, "nothing filled in"),
            Some(last) => write!(formatter, "filled in through {last}"),
        }
    }
}

#[cfg(test)]
mod tests;
