//! How often a planted mistake took effect: a bug that never fires survives for no reason.
//!
//! A patch says where, with one statement, `crate::planted::fired(CONDITION);`. The function behind
//! it is put into the crate with the patch ([`add_counter`]), and the statements are taken out
//! where nobody is to see them ([`without_calls`]).

use crate::handout::tree::{STUDENT_CRATES, Tree};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// What the statement begins with.
const CALL: &str = "crate::planted::fired(";

/// The module that counts. It writes to a file, for a process may end at any moment, and opens it
/// each time, for a lock would be a wait that the simulation does not see.
const COUNTER: &str = r#"//! Counts how often the planted mistake took effect.

use std::fs::OpenOptions;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// A process writes down no more than this.
const AT_MOST: u64 = 1000;

static FIRED: AtomicU64 = AtomicU64::new(0);

/// The mistake takes effect now, if the condition holds.
pub(crate) fn fired(condition: bool) {
    if !condition || FIRED.fetch_add(1, Ordering::Relaxed) >= AT_MOST {
        return;
    }
    if let Some(file) = std::env::var_os("ZOO_FIRED") {
        let opened = OpenOptions::new().append(true).create(true).open(file);
        // What is not counted is reported as a mistake that never fired.
        let _ = opened.and_then(|mut file| file.write_all(b"."));
    }
}
"#;

/// The variable that names the file: a byte for each time.
const FILE: &str = "ZOO_FIRED";

/// The file that firings are counted in, by its size.
pub struct Firings(PathBuf);

impl Firings {
    /// Counts from zero, in this file.
    pub fn in_file(file: PathBuf) -> Firings {
        // There is none if nothing has fired.
        let _ = fs::remove_file(&file);
        Firings(file)
    }

    /// What a process that counts has in its environment.
    pub fn variable(&self) -> (&'static str, OsString) {
        (FILE, self.0.clone().into())
    }

    /// How often the mistake took effect (1,000 times in a process at most).
    pub fn count(&self) -> u64 {
        fs::metadata(&self.0).map_or(0, |file| file.len())
    }
}

/// Whether a patch says where its mistake takes effect.
pub fn is_marked(patch: &str) -> bool {
    patch.lines().any(|line| line.starts_with('+') && line.contains(CALL))
}

/// Adds the module that counts to the crates that call it.
pub fn add_counter(sources: &mut Tree) {
    for name in STUDENT_CRATES {
        let calls = |(path, text): (&PathBuf, &Vec<u8>)| {
            path.starts_with(name) && String::from_utf8_lossy(text).contains(CALL)
        };
        if !sources.iter().any(calls) {
            continue;
        }
        let folder = Path::new(name).join("src");
        sources.insert(folder.join("planted.rs"), COUNTER.into());
        if let Some(root) = sources.get_mut(&folder.join("lib.rs")) {
            root.extend_from_slice(b"\nmod planted;\n");
        }
    }
}

/// A source without the statements that count.
pub fn without_calls(text: &str) -> String {
    let mut is_call = false;
    let is_kept = |line: &&str| {
        is_call |= line.trim_start().starts_with(CALL);
        let is_kept = !is_call;
        is_call &= !line.trim_end().ends_with(");");
        is_kept
    };
    text.split_inclusive('\n').filter(is_kept).collect()
}

#[cfg(test)]
mod tests;
