//! `lab list`: prints the course as a table.

use course::{Course, Part};
use std::fmt::Write;

/// The course: each part with its tests, their points and what they usually take.
pub fn table(course: &Course) -> String {
    let names = course.tests().map(|(_, test)| test.name.len());
    let width = names.max().unwrap_or(0);
    course.parts.iter().map(|part| part_table(part, width)).collect::<Vec<_>>().join("\n")
}

fn part_table(part: &Part, width: usize) -> String {
    let mut text = format!("{}  {}\n", part.name, part.title);
    for test in &part.tests {
        let (name, points, seconds) = (&test.name, test.points, test.typical_time().as_secs());
        let title = &test.title;
        let _ = writeln!(text, "  {name:<width$}  {points:>3} points  {seconds:>3} s  {title}");
    }
    text
}

#[cfg(test)]
mod tests;
