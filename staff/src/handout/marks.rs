//! The marks in the students' crates: reads them, and removes from a source the solutions of parts
//! that are still open.
//!
//! A mark is a comment on a line of its own:
//!
//! ```text
//! // TASK 2A: sentence   first in a function's body: the rest of the body is the solution
//! // FROM 2B: sentence   before a field, an arm, a statement or an item: belongs to that part
//! // FROM 2C             as the first line of a file: the whole file belongs to it
//! ```
//!
//! A TASK whose part is still open leaves a `todo!` with its sentence, so that a program that gets
//! there fails with it. A FROM leaves its sentence as a comment, so that each part can be completed
//! before the next exists; or nothing, if it has no sentence. A sentence goes on in the following
//! lines if they begin with three spaces more than a comment does.
//!
//! A FROM covers what follows at its depth of brackets, up to a blank line there, the next mark
//! there, or the end of the block. If a blank line follows the mark it heads a section: blank lines
//! do not end it. A mark may stand within what another covers if its part is later.

mod scan;
mod words;

use super::through::Through;
use scan::{Line, Place, scan};
use std::collections::BTreeSet;
use std::ops::Range;

pub use words::joined;

/// What is said of a mark in a comment of another kind.
const PLAIN: &str = "a mark is a plain comment on a line of its own";

const MISSPELT: &str = "a mark begins with TASK or FROM in capitals, then a space and the part";

/// What is wrong with a mark, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong, in a sentence.
    pub problem: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Task,
    From,
}

/// One mark. Lines are counted from 0.
#[derive(Debug)]
struct Mark<'t> {
    kind: Kind,
    part: &'t str,
    /// Where the part comes in the course.
    position: usize,
    sentence: String,
    /// The lines of the mark itself.
    own: Range<usize>,
    /// The lines that it covers.
    covered: Range<usize>,
}

/// A source of the reference, with its marks.
#[derive(Debug)]
pub struct Source<'t> {
    lines: Vec<Line<'t>>,
    marks: Vec<Mark<'t>>,
}

/// The line of the first mark, right or wrong, in a source, counted from 1.
pub fn first_mark(text: &str) -> Option<usize> {
    scan(text).iter().position(|line| words_of_mark(line).is_some()).map(|line| line + 1)
}

/// The line of the first comment in a file that is not a Rust source, such as `# FROM 2B` in a
/// Makefile, that reads like a mark; counted from 1. (A part begins with a digit: prose does not.)
pub fn first_mark_elsewhere(text: &str) -> Option<usize> {
    let is_mark = |line: &str| {
        let line = line.trim_start();
        let comment = ["#", "<!--", "//"].iter().find_map(|sign| line.strip_prefix(sign));
        let mark = comment.and_then(|comment| mark_in(comment.trim_start()));
        mark.is_some_and(|(_, words)| words.trim_start().starts_with(|c: char| c.is_ascii_digit()))
    };
    text.lines().position(is_mark).map(|line| line + 1)
}

impl<'t> Source<'t> {
    /// Reads a source, or says what is wrong with one of its marks.
    pub fn read(text: &'t str, through: &Through) -> Result<Source<'t>, Misplaced> {
        let mut source = Source { lines: scan(text), marks: Vec::new() };
        let mut at = 0;
        while at < source.lines.len() {
            let mark = source.mark(at, through);
            let mark = mark.map_err(|(line, problem)| Misplaced { line: line + 1, problem })?;
            at = mark.as_ref().map_or(at + 1, |mark| mark.own.end);
            source.marks.extend(mark);
        }
        Ok(source)
    }

    /// Whether the whole file belongs to a part that is still open.
    pub fn is_open(&self, through: &Through) -> bool {
        self.whole().is_some_and(|mark| !is_filled(mark, through))
    }

    /// The modules in files of their own that are compiled for tests only.
    pub fn test_modules(&self) -> Vec<&'t str> {
        let is_test = |at: usize| {
            let attributes = &self.lines[self.attributes_of(at)..at];
            attributes.iter().any(|line| line.text.trim() == "#[cfg(test)]")
        };
        let modules = self.modules().filter(|(at, _)| is_test(*at));
        modules.map(|(_, name)| name).collect()
    }

    /// The names of its modules in files of their own.
    pub fn module_names(&self) -> Vec<&'t str> {
        self.modules().map(|(_, name)| name).collect()
    }

    /// What is handed out of it, without the declarations of modules that stay behind. Where
    /// solutions are taken out, this still wants `rustfmt`.
    pub fn handed_out(&self, through: &Through, left_behind: &BTreeSet<String>) -> String {
        let mut kept: Vec<String> = Vec::new();
        let mut gone = vec![false; self.lines.len()];
        for (at, name) in self.modules() {
            if left_behind.contains(name) {
                gone[self.attributes_of(at)..=at].fill(true);
            }
        }
        let mut at = 0;
        while at < self.lines.len() {
            match self.marks.iter().find(|mark| mark.own.start == at) {
                None => {
                    if !gone[at] {
                        kept.push(self.lines[at].text.to_owned());
                    }
                    at += 1;
                }
                Some(mark) if is_filled(mark, through) => at = mark.own.end,
                Some(mark) => {
                    kept.extend(self.tasks(mark));
                    at = mark.covered.end;
                }
            }
        }
        joined(kept.iter().map(String::as_str))
    }

    /// The part that each line belongs to, for the tests that compare.
    #[cfg(test)]
    pub fn parts(&self) -> Vec<Option<&'t str>> {
        let mut parts = vec![None; self.lines.len()];
        for mark in &self.marks {
            parts[mark.own.clone()].fill(None);
            parts[mark.covered.clone()].fill(Some(mark.part));
        }
        parts
    }

    /// The mark that covers the whole file.
    fn whole(&self) -> Option<&Mark<'t>> {
        self.marks.first().filter(|mark| mark.own.start == 0)
    }

    /// What an open mark leaves: its sentence, and those of the marks within what it covers.
    fn tasks(&self, open: &Mark) -> Vec<String> {
        let within = |mark: &&Mark| open.covered.contains(&mark.own.start);
        let mut left = self.task(open, open.kind == Kind::Task);
        let inner = self.marks.iter().filter(within);
        left.extend(inner.flat_map(|mark| self.task(mark, false)));
        left
    }

    fn task(&self, mark: &Mark, in_body: bool) -> Vec<String> {
        let task = format!("{}: {}", mark.part, mark.sentence);
        let indent = self.lines[mark.own.start].indent();
        match (mark.sentence.is_empty(), in_body) {
            (true, _) => Vec::new(),
            (false, true) => words::todo(&task, indent),
            (false, false) => words::comment(&task, indent),
        }
    }

    /// The modules that are files of their own, each with its line.
    fn modules(&self) -> impl Iterator<Item = (usize, &'t str)> {
        let lines = self.lines.iter().enumerate();
        lines.filter(|(_, line)| line.begins_in_code).filter_map(|(at, line)| {
            let code = &line.text[..line.comment.unwrap_or(line.text.len())];
            let declared = code.trim().strip_suffix(';')?;
            let (visibility, name) = declared.rsplit_once("mod ")?;
            let is_item = visibility.is_empty() || visibility.starts_with("pub");
            is_item.then_some((at, name.trim()))
        })
    }

    /// Where the attributes and the doc comments of the item at a line begin.
    fn attributes_of(&self, at: usize) -> usize {
        let is_attribute = |line: &&Line| {
            let text = line.text.trim();
            text.starts_with("#[") || text.starts_with("///")
        };
        at - self.lines[..at].iter().rev().take_while(is_attribute).count()
    }

    /// The mark at a line, if there is one, or what is wrong with it, and on which line.
    fn mark(&self, at: usize, through: &Through) -> Result<Option<Mark<'t>>, (usize, String)> {
        let line = &self.lines[at];
        let here = |problem: &str| (at, problem.to_owned());
        if is_block_comment_of_mark(line) {
            return Err(here(PLAIN));
        }
        let Some((kind, words)) = words_of_mark(line) else {
            return if is_misspelt_mark(line, through) { Err(here(MISSPELT)) } else { Ok(None) };
        };
        if line.comment != Some(line.indent()) || is_doc(line) {
            return Err(here(PLAIN));
        }
        let (part, sentence) = words.split_once(':').unwrap_or((words, ""));
        let (part, sentence) = (part.trim(), sentence.trim());
        let position = through.position(part).map_err(|problem| (at, problem))?;
        let (sentence, end) = self.whole_sentence(at, sentence);
        let own = at..end;
        match (kind, line.place) {
            (Kind::Task, _) if sentence.is_empty() => return Err(here("TASK has no sentence")),
            (Kind::Task, Place::NoBody) => {
                return Err(here("TASK stands in no function's body: FROM marks fields and items"));
            }
            (Kind::Task, Place::WithinBody) => {
                return Err(here("TASK is not first in its function's body"));
            }
            (Kind::Task, Place::BodyBegins) | (Kind::From, _) => {}
        }
        self.refuse_inner(at, part, position)?;
        let covered = if at == 0 { end..self.lines.len() } else { self.covered(kind, &own)? };
        if !self.lines[covered.clone()].iter().any(|line| line.has_code) {
            return Err(here("the mark covers nothing"));
        }
        if kind == Kind::From && at > 0 {
            self.refuse_pieces(at, &covered)?;
        }
        Ok(Some(Mark { kind, part, position, sentence, own, covered }))
    }

    /// Refuses a mark within what another covers, unless its part is later.
    fn refuse_inner(&self, at: usize, part: &str, position: usize) -> Result<(), (usize, String)> {
        let outer = |mark: &&Mark| mark.covered.contains(&at) && mark.position >= position;
        let Some(outer) = self.marks.iter().find(outer) else { return Ok(()) };
        let (line, outer) = (outer.own.start + 1, outer.part);
        Err((
            at,
            format!("{part} is no later part than {outer}, whose mark in line {line} covers this"),
        ))
    }

    /// Refuses a FROM that would cut a statement or an item in pieces, where it stands or where
    /// what it covers ends.
    fn refuse_pieces(&self, at: usize, covered: &Range<usize>) -> Result<(), (usize, String)> {
        let before = self.lines[..at].last().map_or("", |line| line.text.trim());
        if before.starts_with("///") || (before.starts_with("#[") && before.ends_with(']')) {
            let problem = "the mark stands between an item and its comment or attribute";
            return Err((at, problem.to_owned()));
        }
        let last_sign = |lines: &[Line]| lines.iter().rev().find_map(|line| line.last_sign);
        let is_end = |sign: char| [';', ',', '}'].contains(&sign);
        let begins = last_sign(&self.lines[..at]);
        if begins.is_some_and(|sign| !is_end(sign) && !['{', '(', '[', ']'].contains(&sign)) {
            let problem = "the mark stands in the middle of a statement or an item";
            return Err((at, problem.to_owned()));
        }
        // The last of a block may have no sign at its end.
        let next = self.lines[covered.end..].iter().find(|line| line.has_code);
        let is_last = next.is_none_or(|line| line.closes_first);
        if !is_last && !last_sign(&self.lines[covered.clone()]).is_some_and(is_end) {
            let (mark, middle) = (at + 1, "in the middle of a statement or an item");
            let problem = format!("what the mark in line {mark} covers ends here, {middle}");
            return Err((covered.end - 1, problem));
        }
        Ok(())
    }

    /// The whole sentence of a mark, and where the mark ends.
    fn whole_sentence(&self, at: usize, sentence: &str) -> (String, usize) {
        let mut sentence = sentence.to_owned();
        let mut end = at + 1;
        while let Some(line) = self.lines.get(end).filter(|_| !sentence.is_empty()) {
            let is_comment = line.comment == Some(self.lines[at].indent());
            let more = line.text.trim().strip_prefix("//   ").filter(|_| is_comment);
            let Some(more) = more else { break };
            sentence = format!("{sentence} {}", more.trim());
            end += 1;
        }
        (sentence, end)
    }

    /// The lines that a mark covers.
    fn covered(&self, kind: Kind, own: &Range<usize>) -> Result<Range<usize>, (usize, String)> {
        let depth = self.lines[own.start].depth;
        let heads_a_section = self.lines.get(own.end).is_some_and(Line::is_blank);
        let mut end = own.end;
        for line in &self.lines[own.end..] {
            if line.lowest < depth {
                if line.begins_in_code && line.depth == depth && line.closes_first {
                    break;
                }
                let (mark, column) = (own.start + 1, "ends in the middle of this line");
                return Err((end, format!("what the mark in line {mark} covers {column}")));
            }
            let is_here = line.begins_in_code && line.depth == depth && kind == Kind::From;
            let ends = words_of_mark(line).is_some() || (line.is_blank() && !heads_a_section);
            if is_here && ends {
                break;
            }
            end += 1;
        }
        while end > own.end && self.lines[end - 1].is_blank() {
            end -= 1;
        }
        Ok(own.end..end)
    }
}

fn is_filled(mark: &Mark, through: &Through) -> bool {
    mark.position < through.filled().len()
}

/// What kind of mark a line's comment is, if it is one, and its words.
fn words_of_mark<'t>(line: &Line<'t>) -> Option<(Kind, &'t str)> {
    mark_in(line.text[line.comment?..].trim_start_matches(['/', '!']).trim_start())
}

fn mark_in(comment: &str) -> Option<(Kind, &str)> {
    [("TASK", Kind::Task), ("FROM", Kind::From)].into_iter().find_map(|(word, kind)| {
        let words = comment.strip_prefix(word)?;
        (words.is_empty() || words.starts_with([' ', ':'])).then_some((kind, words))
    })
}

/// `/* FROM 2A */`.
fn is_block_comment_of_mark(line: &Line) -> bool {
    let comment = line.text.trim_start().strip_prefix("/*").filter(|_| line.begins_in_code);
    comment.is_some_and(|it| mark_in(it.trim_start_matches(['*', '!']).trim_start()).is_some())
}

/// `// From 2A: ...` and `// TASK2A: ...`: a plain comment that begins as a mark does, but for its
/// capitals or the space, with a part of the course and a colon. (`// From 2A on` is prose.)
fn is_misspelt_mark(line: &Line, through: &Through) -> bool {
    let Some(comment) = line.comment.filter(|it| *it == line.indent() && !is_doc(line)) else {
        return false;
    };
    let words = line.text[comment..].trim_start_matches('/').trim_start();
    let Some((head, _)) = words.split_once(':') else { return false };
    let head = head.to_ascii_uppercase();
    let part = ["TASK", "FROM"].iter().find_map(|word| head.strip_prefix(word));
    part.is_some_and(|part| through.position(part.trim()).is_ok())
}

fn is_doc(line: &Line) -> bool {
    let text = line.text.trim();
    text.starts_with("///") || text.starts_with("//!")
}

#[cfg(test)]
mod tests;
