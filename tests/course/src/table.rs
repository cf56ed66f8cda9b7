//! The table of the course: its parts and tests, read from `course.toml`.

use serde::Deserialize;
use std::time::Duration;

/// The table itself, compiled in: no test process looks for a file.
const TABLE: &str = include_str!("../../course.toml");

/// How the name of a part begins that goes beyond the course.
const BEYOND: &str = "beyond-";

/// Every part of the course, in the order it is taught.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// The parts, in course order.
    #[serde(rename = "part")]
    pub parts: Vec<Part>,
}

/// One part of a lab, such as 2A: the tests that are graded together.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The course's name for it, the lab's number and a letter: "2A". What lies beyond the course
    /// is named after the part that it takes further: "beyond-2A".
    pub name: String,
    /// What the part is about, in a few words.
    pub title: String,
    /// The Cargo package that holds its tests.
    pub package: String,
    /// The test binary in that package.
    pub binary: String,
    /// How the course's titles of its tests read: `{part}` stands for the part's name, `{title}`
    /// for what the test is about.
    pub heading: String,
    /// The columns of its passed lines, in words.
    pub figures: String,
    /// How many of its tests may run on one core at a time without disturbing each other.
    pub tests_per_core: usize,
    /// Its tests, in course order.
    #[serde(rename = "test")]
    pub tests: Vec<Test>,
}

/// One graded test.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// The name of the `#[test]` function.
    pub name: String,
    /// The course's title, as on its passed line.
    pub title: String,
    /// Where a test has several passed lines, their titles; otherwise there is one with the test's.
    #[serde(default)]
    pub lines: Vec<String>,
    /// What passing is worth. The tests of a part add up to 100, or to 0 if it is not graded.
    pub points: u32,
    /// What it usually takes by the clock, in seconds. See [`Test::typical_time`].
    pub seconds: u64,
    /// Scheduling points that a simulated run usually passes: where PCT puts its changes, and how
    /// many seeds the runner gives to one process.
    pub scheduling_points: u64,
    /// Whether a solution that has not reached this part yet may pass it all the same.
    #[serde(default)]
    pub may_pass_early: bool,
}

impl Course {
    /// The course. Panics only if `course.toml` itself is wrong, which is the kit's fault.
    pub fn load() -> Course {
        toml::from_str(TABLE).expect("course.toml is part of the kit and well formed")
    }

    /// The parts meant by `name`, in either case, in course order: one part ("2A", "beyond-2A"),
    /// the graded parts of a lab ("2"), or its parts beyond the course ("beyond-2"). Empty if there
    /// are none.
    pub fn parts_named(&self, name: &str) -> Vec<&Part> {
        let meant = |part: &&Part| {
            [part.name.as_str(), part.group()].iter().any(|it| it.eq_ignore_ascii_case(name))
        };
        self.parts.iter().filter(meant).collect()
    }

    /// The part that takes this one of the course further, if there is one.
    pub fn beyond(&self, part: &Part) -> Option<&Part> {
        self.parts.iter().find(|it| it.is_beyond() && it.in_course() == part.name)
    }

    /// The test called `name`, with its part.
    pub fn test(&self, name: &str) -> Option<(&Part, &Test)> {
        self.tests().find(|(_, test)| test.name == name)
    }

    /// Every test with its part, in course order.
    pub fn tests(&self) -> impl Iterator<Item = (&Part, &Test)> {
        self.parts.iter().flat_map(|part| part.tests.iter().map(move |test| (part, test)))
    }

    /// Every name that [`Course::parts_named`] understands, parts of the course first: the labs,
    /// then their parts.
    pub fn part_names(&self) -> Vec<&str> {
        let of_kind = |beyond| {
            let parts = || self.parts.iter().filter(move |part| part.is_beyond() == beyond);
            let mut groups: Vec<&str> = parts().map(Part::group).collect();
            groups.dedup();
            groups.into_iter().chain(parts().map(|part| part.name.as_str()))
        };
        of_kind(false).chain(of_kind(true)).collect()
    }
}

impl Part {
    /// The name of the part of the course that it is, or that it takes further: "2A" for
    /// "beyond-2A".
    pub fn in_course(&self) -> &str {
        self.name.strip_prefix(BEYOND).unwrap_or(&self.name)
    }

    /// The number of the lab this part belongs to: "2" for "2A" and for "beyond-2A".
    pub fn lab(&self) -> &str {
        without_letter(self.in_course())
    }

    /// What stands for all parts of its kind in its lab: "2" for "2A", "beyond-2" for "beyond-2A".
    pub fn group(&self) -> &str {
        without_letter(&self.name)
    }

    /// Whether it goes beyond the course, and is not graded.
    pub fn is_beyond(&self) -> bool {
        self.name.starts_with(BEYOND)
    }

    /// What the part is worth: the points of its tests together.
    pub fn points(&self) -> u32 {
        self.tests.iter().map(|test| test.points).sum()
    }

    /// Whether it counts. What lies beyond the course does not.
    pub fn is_graded(&self) -> bool {
        !self.is_beyond()
    }

    /// The title of one of its tests as the course prints it: "Test (2A): initial election".
    pub fn full_title(&self, test: &Test) -> String {
        self.in_full(&test.title)
    }

    /// What one of its tests is called wherever people read of it.
    pub fn titles(&self, test: &Test) -> Titles {
        let titles = Titles::from(self.full_title(test).as_str());
        if test.lines.is_empty() {
            return titles;
        }
        Titles { lines: test.lines.iter().map(|title| self.in_full(title)).collect(), ..titles }
    }

    fn in_full(&self, title: &str) -> String {
        self.heading.replace("{part}", &self.name).replace("{title}", title)
    }
}

/// What a test is called wherever people read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Titles {
    /// Its own title, in full.
    pub test: String,
    /// The titles of its passed lines, in full: mostly the same one.
    pub lines: Vec<String>,
}

/// Of a test with one passed line.
impl From<&str> for Titles {
    fn from(title: &str) -> Titles {
        Titles { test: title.to_owned(), lines: vec![title.to_owned()] }
    }
}

impl Test {
    /// What the test usually takes by the clock: the runner starts the longest first.
    pub fn typical_time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

fn without_letter(name: &str) -> &str {
    name.trim_end_matches(|letter: char| letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests;
