//! The patches of `staff/zoo`, and the header of each: what it does, and for a bug, which rule must
//! name it.
//!
//! A patch is what `git diff` wrote, with a header before it, which `git apply` skips. A field may
//! go on in indented lines; an empty line ends the header:
//!
//! ```text
//! What: a vote for one candidate does not keep the server from voting for another
//! Number: 17
//! Level: 1
//! Part: 2A
//! Rule: one vote a term
//! Paper: figure 2, RequestVote, receiver 2: "if votedFor is null or candidateId"
//! Base: reference, naive
//! ```
//!
//! `Number` is the bug's name as an exercise, `Level` says how hard it is to find from a failure (1
//! to 3). `Survives` says of a bug that nothing finds why, and what was tried.

use super::claims::{self, Claims};
use super::firing;
use course::{Course, Part};
use std::collections::BTreeMap;
use std::fs;
use std::ops::RangeInclusive;
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

impl Kind {
    /// Where its patches are, from the workspace on.
    pub fn folder(self) -> PathBuf {
        Path::new(FOLDER).join(match self {
            Kind::Correct => "correct",
            Kind::Bug => "bugs",
        })
    }
}

/// A patch and its header.
#[derive(Debug, PartialEq)]
pub struct Patch {
    /// The name of its file, without the extension.
    pub name: String,
    /// Which folder it is in.
    pub kind: Kind,
    /// What it does wrong, or otherwise.
    pub what: String,
    /// Where it is.
    pub file: PathBuf,
    /// What it is applied on, each in turn: another patch, or `None` for the reference.
    pub bases: Vec<Option<String>>,
    /// The part of the course that a bug belongs to; empty for a correct variation.
    pub part: String,
    /// The number of the lab that a bug belongs to; empty for a correct variation.
    pub lab: String,
    /// The claims with which a failure of a bug may begin, so that it counts as named right;
    /// without numbers, as [`claims::claim`] has them.
    pub rules: Vec<String>,
    /// The number of a bug, which no other has; 0 for a correct variation.
    pub number: u32,
    /// How hard a bug is to find, from 1 to 3; 0 for a correct variation.
    pub level: u32,
    /// Why nothing finds a bug, if nothing does.
    pub survives: Option<String>,
}

/// What the fields of a header may name.
pub struct Known<'k> {
    /// The parts that there are.
    pub course: &'k Course,
    /// The claims with which failures can begin.
    pub claims: &'k Claims,
}

const FIELDS: [&str; 8] = ["What", "Number", "Level", "Part", "Rule", "Paper", "Base", "Survives"];

const LEVELS: RangeInclusive<u32> = 1..=3;

/// Every patch there is, by name.
pub struct Zoo(Vec<Patch>);

impl Zoo {
    /// Reads the headers of all patches.
    pub fn read(workspace: &Path, course: &Course) -> Result<Zoo, String> {
        let claims = Claims::read(workspace)?;
        let known = Known { course, claims: &claims };
        let mut patches = Vec::new();
        for kind in [Kind::Correct, Kind::Bug] {
            for file in files(&workspace.join(kind.folder()))? {
                let about = |problem| format!("{}: {problem}", file.display());
                let text = fs::read_to_string(&file).map_err(|error| about(error.to_string()))?;
                patches.push(Patch::read(kind, &file, &text, &known).map_err(about)?);
            }
        }
        let zoo = Zoo(patches);
        zoo.0.iter().try_for_each(|patch| zoo.has_its_bases(patch))?;
        zoo.has_each_number_once()?;
        Ok(zoo)
    }

    fn has_each_number_once(&self) -> Result<(), String> {
        let mut bugs: BTreeMap<u32, &Patch> = BTreeMap::new();
        for bug in self.of(Kind::Bug) {
            if let Some(other) = bugs.insert(bug.number, bug) {
                let [one, two] = [other, bug].map(|bug| bug.file.display());
                let free = (1..).find(|number| self.of(Kind::Bug).all(|it| it.number != *number));
                return Err(format!(
                    "{one} and {two} both have number {}; {} is free",
                    bug.number,
                    free.expect("there are more numbers than bugs")
                ));
            }
        }
        Ok(())
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
    fn read(kind: Kind, file: &Path, text: &str, known: &Known) -> Result<Patch, String> {
        let fields = Fields::read(text)?;
        let needed: &[&str] = match kind {
            Kind::Correct => &["What"],
            Kind::Bug => &["What", "Number", "Level", "Part", "Rule", "Paper"],
        };
        if let Some(missing) = needed.iter().find(|field| fields.value(field).is_empty()) {
            return Err(format!("the header has no field {missing:?}"));
        }
        let name = fields.value("Part");
        let part = known.course.parts.iter().find(|it| it.name == name);
        if kind == Kind::Bug && part.is_none() {
            let parts: Vec<&str> = known.course.parts.iter().map(|it| it.name.as_str()).collect();
            return Err(format!("there is no part {name:?}; there are {}", parts.join(", ")));
        }
        if kind == Kind::Bug && !firing::is_marked(text) {
            return Err("the patch does not say where its mistake takes effect: add \
                        crate::planted::fired(CONDITION); there"
                .to_owned());
        }
        let rules: Vec<&str> = list(fields.value("Rule"), ";").collect();
        rules.iter().try_for_each(|rule| known.claims.check(rule))?;
        let bases = match fields.value("Base") {
            "" => vec![None],
            bases => list(bases, ",").map(|it| (it != REFERENCE).then(|| it.to_owned())).collect(),
        };
        let survives = fields.value("Survives");
        Ok(Patch {
            name: file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            kind,
            what: fields.value("What").to_owned(),
            file: file.to_owned(),
            bases,
            part: name.to_owned(),
            lab: part.map_or("", Part::lab).to_owned(),
            rules: rules.into_iter().map(claims::without_numbers).collect(),
            number: fields.number("Number", 1..=u32::MAX)?,
            level: fields.number("Level", LEVELS)?,
            survives: (!survives.is_empty()).then(|| survives.to_owned()),
        })
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
#[derive(Debug)]
struct Fields(Vec<(String, String)>);

impl Fields {
    fn read(text: &str) -> Result<Fields, String> {
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in text.lines().take_while(|line| !line.is_empty()) {
            match (line.starts_with(' '), line.split_once(": "), fields.last_mut()) {
                (true, _, Some((_, value))) => {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                (false, Some((field, value)), _) => {
                    fields.push((field.to_owned(), value.to_owned()))
                }
                _ => {
                    return Err(format!(
                        "{line:?} is no field of a header (an empty line ends it)"
                    ));
                }
            }
        }
        match fields.iter().find(|(field, _)| !FIELDS.contains(&field.as_str())) {
            None => Ok(Fields(fields)),
            Some((field, _)) => {
                Err(format!("no field is called {field:?}; there are {}", FIELDS.join(", ")))
            }
        }
    }

    /// The value of a field; nothing, if it is not there.
    fn value(&self, wanted: &str) -> &str {
        let found = self.0.iter().find(|(field, _)| field == wanted);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// The number in a field; 0, if it is not there.
    fn number(&self, field: &str, range: RangeInclusive<u32>) -> Result<u32, String> {
        let value = self.value(field);
        if value.is_empty() {
            return Ok(0);
        }
        value.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
            let (first, last) = (range.start(), range.end());
            format!("{field} is {value:?}, and must be a number from {first} to {last}")
        })
    }
}

#[cfg(test)]
mod tests;
