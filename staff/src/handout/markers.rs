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

use super::through::Through;

/// What is wrong with a marker, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong, in a sentence.
    pub problem: String,
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

/// How long a line may be, as `rustfmt.toml` says.
const WIDTH: usize = 100;

/// Whether there is a marker in a file.
pub fn has_markers(text: &str) -> bool {
    text.lines().any(|line| marker(line).is_some())
}

/// What is handed out of a file. Where solutions are taken out, this still wants `rustfmt`.
pub fn filter(text: &str, through: &Through) -> Result<String, Misplaced> {
    let lines = text.lines().collect();
    Filter { through, lines, read: 0, kept: Vec::new(), open: None }.run()
}

/// A file on its way through the filter.
struct Filter<'f> {
    through: &'f Through,
    lines: Vec<&'f str>,
    /// How many lines are read: the number of the last one, counted from 1.
    read: usize,
    /// What is handed out of those.
    kept: Vec<String>,
    /// The region that they end in.
    open: Option<Open<'f>>,
}

/// A region that has begun, and not ended.
#[derive(Clone, Copy)]
struct Open<'f> {
    /// The line where it began, counted from 1.
    line: usize,
    kind: &'f str,
    is_filled: bool,
}

impl<'f> Filter<'f> {
    fn run(mut self) -> Result<String, Misplaced> {
        while let Some(line) = self.lines.get(self.read).copied() {
            self.read += 1;
            let number = self.read;
            self.take(line).map_err(|problem| Misplaced { line: number, problem })?;
        }
        match self.open {
            Some(Open { line, kind, .. }) => {
                Err(Misplaced { line, problem: format!("{kind} has no end") })
            }
            None => Ok(joined(&self.kept)),
        }
    }

    fn take(&mut self, line: &'f str) -> Result<(), String> {
        match marker(line) {
            Some(Marker::Handout(text)) => {
                self.kept.push(format!("{}{text}", indentation(line)));
                Ok(())
            }
            Some(Marker::Begin(region)) => self.begin(line, &region),
            Some(Marker::End(kind)) => self.end(kind),
            None if hides_a_marker(line) => Err("a marker has a line of its own".to_owned()),
            None => {
                self.keep(line);
                Ok(())
            }
        }
    }

    fn begin(&mut self, line: &str, region: &Region<'f>) -> Result<(), String> {
        if let Some(Open { line, kind, .. }) = self.open {
            return Err(format!("nested: line {line} began {kind}"));
        }
        let is_filled = region.kind != REFERENCE && self.through.fills(region.part)?;
        let begun = Open { line: self.read, kind: region.kind, is_filled };
        let sentence = self.sentence(region);
        let is_task = region.kind != REFERENCE && !sentence.is_empty();
        if is_task && !is_filled {
            let before = &self.lines[..begun.line - 1];
            let in_body = region.kind == SOLUTION && is_in_function(before, indent(line));
            let task = format!("{}: {sentence}", region.part);
            self.kept.extend(if in_body { todo(&task, line) } else { comment_of(&task, line) });
        }
        self.open = Some(begun);
        Ok(())
    }

    /// The whole sentence of a region, with the lines that go on with it.
    fn sentence(&mut self, region: &Region) -> String {
        let mut sentence = region.sentence.to_owned();
        if sentence.is_empty() {
            return sentence;
        }
        while let Some(more) = self.lines.get(self.read).and_then(|line| continuation(line)) {
            sentence = format!("{sentence} {more}");
            self.read += 1;
        }
        sentence
    }

    fn end(&mut self, kind: &str) -> Result<(), String> {
        match self.open.take() {
            Some(open) if open.kind == kind => Ok(()),
            Some(Open { line, kind: began, .. }) => {
                Err(format!("ends {kind}, but line {line} began {began}"))
            }
            None => Err(format!("ends {kind}, which nothing began")),
        }
    }

    /// Keeps a line, unless it is in a region that is not filled in.
    fn keep(&mut self, line: &str) {
        if self.open.is_none_or(|open| open.is_filled) {
            self.kept.push(line.to_owned());
        }
    }
}

/// What a line says, if it is a marker.
fn marker(line: &str) -> Option<Marker<'_>> {
    let comment = comment(line)?.trim_start();
    if let Some(text) = comment.strip_prefix("HANDOUT: ") {
        return Some(Marker::Handout(text));
    }
    let kinds = [SOLUTION, LATER, REFERENCE];
    let known = |kind: &&str| kinds.contains(kind);
    if let Some(end) = comment.strip_prefix("END ") {
        return Some(end.trim()).filter(known).map(Marker::End);
    }
    let begin = comment.strip_prefix("BEGIN ")?;
    let (header, sentence) = begin.split_once(':').unwrap_or((begin, ""));
    let (kind, part) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    let region = Region { kind, part, sentence: sentence.trim() };
    known(&kind).then_some(Marker::Begin(region))
}

/// Whether a marker stands behind code, where rustfmt may have moved it.
fn hides_a_marker(line: &str) -> bool {
    ["//", "#", "<!--"].iter().any(|sign| {
        let behind = line.rfind(sign).filter(|position| *position > indent(line));
        behind.is_some_and(|position| marker(&line[position..]).is_some())
    })
}

/// More of a sentence that a marker began.
fn continuation(line: &str) -> Option<&str> {
    comment(line)?.strip_prefix("   ").map(str::trim)
}

/// The text of a line that is all comment, from after the comment's sign.
fn comment(line: &str) -> Option<&str> {
    style(line).map(|(_, text, _)| text)
}

/// The same between the signs that begin and end it.
fn style(line: &str) -> Option<(&'static str, &str, &'static str)> {
    let line = line.trim();
    [("<!--", "-->"), ("//", ""), ("#", "")].into_iter().find_map(|(begin, end)| {
        let text = line.strip_prefix(begin)?.strip_suffix(end)?;
        Some((begin, text, end))
    })
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

/// A task where a reader meets it: in comments like the one that marks it.
fn comment_of(task: &str, marker: &str) -> Vec<String> {
    let (begin, _, end) = style(marker).expect("a marker is a comment");
    let begin = format!("{}{begin} ", indentation(marker));
    let end = if end.is_empty() { String::new() } else { format!(" {end}") };
    let lines = wrapped(&format!("TODO {task}"), WIDTH - begin.len() - end.len());
    lines.iter().map(|line| format!("{begin}{line}{end}")).collect()
}

/// A task where a running program meets it.
fn todo(task: &str, marker: &str) -> Vec<String> {
    let indentation = indentation(marker);
    // The text of a string, which is a format as well.
    let mut text = task.to_owned();
    for (sign, escaped) in [("\\", "\\\\"), ("\"", "\\\""), ("{", "{{"), ("}", "}}")] {
        text = text.replace(sign, escaped);
    }
    let one_line = format!("{indentation}todo!(\"{text}\")");
    if one_line.len() <= WIDTH {
        return vec![one_line];
    }
    // Of a line within the parentheses, eight bytes are not text: `    "` and ` \`.
    let text =
        wrapped(&text, WIDTH - indentation.len() - 8).join(&format!(" \\\n{indentation}     "));
    let todo = format!("{indentation}todo!(\n{indentation}    \"{text}\"\n{indentation})");
    todo.lines().map(str::to_owned).collect()
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
