//! The marker filter: what a student receives of a file of the reference.
//!
//! Markers are comment lines, in the comment style of their file:
//!
//! ```text
//! // BEGIN SOLUTION 2A: grant the vote or refuse it (figure 2, RequestVote)
//! // END SOLUTION
//! // BEGIN LATER 2C: save what has changed
//! // END LATER
//! // BEGIN REFERENCE
//! // END REFERENCE
//! // HANDOUT: #![allow(unused)]
//! ```
//!
//! A solution in a function's body becomes a `todo!` with its sentence, so that whoever runs into
//! it is told what to do; between items or fields it becomes a comment. What belongs to a later
//! part than the function around it becomes a comment everywhere, so that each part can be
//! completed before the next exists. Either without a sentence belongs to a region with one nearby,
//! and leaves nothing. What is for the reference alone leaves nothing in any handout, and a
//! `HANDOUT` line is in handouts alone. A sentence goes on in the following lines if they begin
//! with three spaces more than a comment does.

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

/// What is wrong with a marker, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong, in a sentence.
    pub problem: String,
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
            None => Err(format!("there is no part {word:?}: {}", nothing.parts.join(", "))),
        }
    }

    /// Nothing, then the parts up to each in turn: every tree that can be handed out.
    pub fn all(course: &Course) -> Vec<Through> {
        let nothing = Through::nothing(course);
        (0..=nothing.parts.len()).map(|filled| Through { filled, ..nothing.clone() }).collect()
    }

    /// The parts that are filled in.
    pub fn filled(&self) -> &[String] {
        &self.parts[..self.filled]
    }

    /// The parts that are still to be done.
    pub fn open(&self) -> &[String] {
        &self.parts[self.filled..]
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

/// What a marker line says.
#[derive(Debug, PartialEq, Eq)]
enum Marker<'t> {
    Begin(Region<'t>),
    End(&'t str),
    Handout(&'t str),
}

/// The beginning of a region.
#[derive(Debug, PartialEq, Eq)]
struct Region<'t> {
    kind: &'t str,
    part: &'t str,
    sentence: &'t str,
}

const SOLUTION: &str = "SOLUTION";
const LATER: &str = "LATER";
const REFERENCE: &str = "REFERENCE";

/// Whether there is a marker in a file.
pub fn has_markers(text: &str) -> bool {
    text.lines().any(|line| marker(line).is_some())
}

/// What is handed out of a file. Where solutions are taken out, this still wants `rustfmt`.
pub fn filter(text: &str, through: &Through) -> Result<String, Misplaced> {
    let lines: Vec<&str> = text.lines().collect();
    let mut kept: Vec<String> = Vec::new();
    let mut open: Option<(usize, &str, bool)> = None;
    let mut position = 0;
    while position < lines.len() {
        let (line, at) = (lines[position], position + 1);
        position += 1;
        let wrong = |problem: String| Misplaced { line: at, problem };
        match marker(line) {
            Some(Marker::Handout(text)) => kept.push(format!("{}{text}", indentation(line))),
            Some(Marker::Begin(region)) => {
                if let Some((line, kind, _)) = open {
                    return Err(wrong(format!("nested: line {line} began {kind}")));
                }
                let is_filled = through.fills(&region).map_err(wrong)?;
                let mut sentence = region.sentence.to_owned();
                while let Some(more) = lines.get(position).and_then(|line| continuation(line)) {
                    sentence = format!("{sentence} {more}");
                    position += 1;
                }
                if !is_filled && !sentence.is_empty() {
                    let in_body =
                        region.kind == SOLUTION && is_in_function(&lines[..at - 1], indent(line));
                    let task = format!("{}: {sentence}", region.part);
                    kept.extend(left_of(&task, &indentation(line), in_body));
                }
                open = Some((at, region.kind, is_filled));
            }
            Some(Marker::End(kind)) => match open.take() {
                Some((_, began, _)) if began == kind => {}
                Some((line, began, _)) => {
                    return Err(wrong(format!("ends {kind}, but line {line} began {began}")));
                }
                None => return Err(wrong(format!("ends {kind}, which nothing began"))),
            },
            None if hides_a_marker(line) => {
                return Err(wrong("a marker has a line of its own".to_owned()));
            }
            None if open.is_none_or(|(_, _, is_filled)| is_filled) => kept.push(line.to_owned()),
            None => {}
        }
    }
    match open {
        Some((line, kind, _)) => Err(Misplaced { line, problem: format!("{kind} has no end") }),
        None => Ok(joined(&kept)),
    }
}

impl Through {
    /// Whether the lines of a region are handed out.
    fn fills(&self, region: &Region) -> Result<bool, String> {
        if region.kind == REFERENCE {
            return Ok(false);
        }
        match self.parts.iter().position(|part| part == region.part) {
            Some(position) => Ok(position < self.filled),
            None => Err(format!("there is no part {:?}: {}", region.part, self.parts.join(", "))),
        }
    }
}

/// What a line says, if it is a marker.
fn marker(line: &str) -> Option<Marker<'_>> {
    let comment = comment(line)?;
    if let Some(text) = comment.strip_prefix(" HANDOUT: ") {
        return Some(Marker::Handout(text));
    }
    let kinds = [SOLUTION, LATER, REFERENCE];
    let known = |kind: &&str| kinds.contains(kind);
    if let Some(end) = comment.strip_prefix(" END ") {
        return Some(end.trim()).filter(known).map(Marker::End);
    }
    let begin = comment.strip_prefix(" BEGIN ")?;
    let (header, sentence) = begin.split_once(':').unwrap_or((begin, ""));
    let (kind, part) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    let region = Region { kind, part, sentence: sentence.trim() };
    known(&kind).then_some(Marker::Begin(region))
}

/// Whether a marker stands behind code, where rustfmt may have moved it.
fn hides_a_marker(line: &str) -> bool {
    ["// BEGIN ", "// END "].iter().any(|sign| {
        let behind = line.find(sign).filter(|position| *position > indent(line));
        behind.is_some_and(|position| marker(&line[position..]).is_some())
    })
}

/// More of a sentence that a marker began.
fn continuation(line: &str) -> Option<&str> {
    comment(line)?.strip_prefix("   ").map(str::trim)
}

/// The text of a line that is all comment, from after the comment's sign.
fn comment(line: &str) -> Option<&str> {
    let line = line.trim();
    let markdown = line.strip_prefix("<!--").and_then(|line| line.strip_suffix("-->"));
    markdown.or_else(|| line.strip_prefix("//")).or_else(|| line.strip_prefix('#'))
}

fn indentation(line: &str) -> String {
    " ".repeat(indent(line))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Whether a line indented so far that follows these is in a function's body. The code is as rustfmt
/// leaves it: what encloses a line is the nearest one before it that is indented less.
fn is_in_function(before: &[&str], mut indented: usize) -> bool {
    for line in before.iter().rev() {
        let is_code = !line.trim().is_empty() && comment(line).is_none();
        if !is_code || indent(line) >= indented {
            continue;
        }
        indented = indent(line);
        // The end of a signature that takes several lines begins with a parenthesis.
        if line.ends_with('{') && (line.contains("fn ") || line.trim().starts_with(')')) {
            return true;
        }
    }
    false
}

/// What is left of a region: its task, where a running program meets it or where a reader does.
fn left_of(task: &str, indentation: &str, in_body: bool) -> Vec<String> {
    if !in_body {
        let begin = format!("{indentation}// ");
        let lines = wrapped(&format!("TODO {task}"), 100 - begin.len());
        return lines.iter().map(|line| format!("{begin}{line}")).collect();
    }
    let text = task.replace('\\', "\\\\").replace('"', "\\\"");
    let one_line = format!("{indentation}todo!(\"{text}\")");
    if one_line.len() <= 100 {
        return vec![one_line];
    }
    let mut lines = vec![format!("{indentation}todo!(")];
    let pieces = wrapped(&text, 100 - indentation.len() - 8);
    for (number, piece) in pieces.iter().enumerate() {
        let begin = if number == 0 { "    \"" } else { "     " };
        let end = if number + 1 == pieces.len() { "\"" } else { " \\" };
        lines.push(format!("{indentation}{begin}{piece}{end}"));
    }
    lines.push(format!("{indentation})"));
    lines
}

/// The text in lines of at most so many bytes, broken at spaces.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last_mut().expect("there is always a line");
        if last.is_empty() {
            last.push_str(word);
        } else if last.len() + 1 + word.len() <= width {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// The lines as a file: none is blank at the beginning, and no two in a row.
fn joined(lines: &[String]) -> String {
    let mut text = String::new();
    let mut was_blank = true;
    for line in lines {
        let is_blank = line.trim().is_empty();
        if !(is_blank && was_blank) {
            text.push_str(line);
            text.push('\n');
        }
        was_blank = is_blank;
    }
    while text.ends_with("\n\n") {
        text.pop();
    }
    text
}

#[cfg(test)]
mod tests;
