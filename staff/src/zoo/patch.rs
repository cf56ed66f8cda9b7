//! The patches of `staff/zoo`, and the header of each: what it does, and for a bug, which rule must
//! name it.
//!
//! A patch is what `git diff` wrote, with a header before it, which `git apply` skips. A field may
//! go on in indented lines; an empty line ends the header:
//!
//! ```text
//! What: a vote for one candidate does not keep the server from voting for another
//! Part: 2A
//! Rule: one vote a term
//! Paper: figure 2, RequestVote, receiver 2: "if votedFor is null or candidateId"
//! Base: reference, naive
//! ```

use course::Course;
use std::fs;
use std::path::{Path, PathBuf};

/// The base that is no patch.
pub const REFERENCE: &str = "reference";

/// Where the patches are, in the workspace.
const FOLDER: &str = "staff/zoo";

/// Whether a patch leaves the solution correct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In `correct/`: must pass every test.
    Correct,
    /// In `bugs/`: should be caught.
    Bug,
}

/// A patch and its header.
#[derive(Debug, PartialEq)]
pub struct Patch {
    /// The name of its file, without the extension.
    pub name: String,
    /// Which folder it is in.
    pub kind: Kind,
    /// Where it is.
    pub file: PathBuf,
    /// What it is applied on, each in turn: another patch, or `None` for the reference.
    pub bases: Vec<Option<String>>,
    /// The part of the course that a bug belongs to; empty for a correct variation.
    pub part: String,
    /// The claims with which a failure of a bug may begin, so that it counts as named right.
    pub rules: Vec<String>,
}

/// Every patch there is, by name.
pub struct Zoo(Vec<Patch>);

impl Zoo {
    /// Reads the headers of all patches.
    pub fn read(workspace: &Path, course: &Course) -> Result<Zoo, String> {
        let mut patches = Vec::new();
        for (kind, folder) in [(Kind::Correct, "correct"), (Kind::Bug, "bugs")] {
            for file in files(&workspace.join(FOLDER).join(folder))? {
                let about = |problem| format!("{}: {problem}", file.display());
                let text = fs::read_to_string(&file).map_err(|error| about(error.to_string()))?;
                patches.push(Patch::read(kind, &file, &text, course).map_err(about)?);
            }
        }
        let zoo = Zoo(patches);
        zoo.0.iter().try_for_each(|patch| zoo.has_its_bases(patch))?;
        Ok(zoo)
    }

    fn has_its_bases(&self, patch: &Patch) -> Result<(), String> {
        let known = |base: &&String| {
            let base = self.find(Kind::Correct, base);
            base.is_some_and(|base| *base != *patch && self.reaches_the_reference(base))
        };
        match patch.bases.iter().flatten().find(|base| !known(base)) {
            None => Ok(()),
            Some(base) => Err(format!(
                "{}: the base {base:?} is neither {REFERENCE} nor a correct variation of it",
                patch.file.display()
            )),
        }
    }

    /// Whether the bases of a variation, one under the other, end with the reference.
    fn reaches_the_reference(&self, patch: &Patch) -> bool {
        let mut here = Some(patch);
        for _ in 0..self.0.len() {
            let Some(base) = here.and_then(Patch::base) else { return here.is_some() };
            here = self.find(Kind::Correct, base);
        }
        false
    }

    /// The patches of a kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Patch> {
        self.0.iter().filter(move |patch| patch.kind == kind)
    }

    /// The patch of this kind and name.
    pub fn find(&self, kind: Kind, name: &str) -> Option<&Patch> {
        self.of(kind).find(|patch| patch.name == name)
    }

    /// What is applied one after the other: what the base stands on, the base, then the patch.
    pub fn stack<'z>(&'z self, patch: &'z Patch, base: Option<&str>) -> Vec<&'z Patch> {
        let base = base.and_then(|base| self.find(Kind::Correct, base));
        let mut stack = base.map_or(Vec::new(), |base| self.stack(base, base.base()));
        stack.push(patch);
        stack
    }
}

impl Patch {
    /// What a variation stands on when it is a base itself.
    fn base(&self) -> Option<&str> {
        self.bases.first()?.as_deref()
    }

    /// Reads a header.
    fn read(kind: Kind, file: &Path, text: &str, course: &Course) -> Result<Patch, String> {
        let fields = fields(text)?;
        let known = ["What", "Number", "Level", "Part", "Rule", "Paper", "Base", "Survives"];
        if let Some((field, _)) = fields.iter().find(|(field, _)| !known.contains(&field.as_str()))
        {
            return Err(format!("no field is called {field:?}; there are {}", known.join(", ")));
        }
        let find = |wanted: &str| fields.iter().find(|(field, _)| field == wanted);
        let value = |wanted: &str| find(wanted).map_or("", |(_, value)| value.as_str());
        let needed: &[&str] = match kind {
            Kind::Correct => &["What"],
            Kind::Bug => &["What", "Part", "Rule", "Paper"],
        };
        if let Some(missing) = needed.iter().find(|field| value(field).is_empty()) {
            return Err(format!("the header has no field {missing:?}"));
        }
        let part = value("Part").to_owned();
        if kind == Kind::Bug && !course.parts.iter().any(|it| it.name == part) {
            return Err(format!("there is no part {part:?}"));
        }
        let bases = match value("Base") {
            "" => vec![None],
            bases => list(bases, ",").map(|it| (it != REFERENCE).then(|| it.to_owned())).collect(),
        };
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let rules = list(value("Rule"), ";").map(str::to_owned).collect();
        Ok(Patch { name, kind, file: file.to_owned(), bases, part, rules })
    }
}

fn list<'v>(value: &'v str, separator: &'static str) -> impl Iterator<Item = &'v str> {
    value.split(separator).map(str::trim).filter(|item| !item.is_empty())
}

/// The patches of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let problem = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(problem)?;
    let mut files = Vec::new();
    for entry in entries {
        let file = entry.map_err(problem)?.path();
        if file.extension().is_some_and(|extension| extension == "patch") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// The fields of a header with their values, each in one line.
fn fields(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines().take_while(|line| !line.is_empty()) {
        match (line.starts_with(' '), line.split_once(": "), fields.last_mut()) {
            (true, _, Some((_, value))) => {
                value.push(' ');
                value.push_str(line.trim());
            }
            (false, Some((field, value)), _) => fields.push((field.to_owned(), value.to_owned())),
            _ => return Err(format!("{line:?} is no field of a header (an empty line ends it)")),
        }
    }
    Ok(fields)
}

#[cfg(test)]
mod tests;
