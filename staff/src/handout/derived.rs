//! Removes the lines that name a file or folder that is left out of a handout: `mod` lines, members
//! of the workspace, links in the summary. They follow from the file list and need no mark.

use super::tree::{STUDENT_CRATES, Tree, in_student_crate, is_left_out};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The first lines of a student's crate: before all tasks are done, given code is unused.
const ALLOW: &str = "\
#![allow(
    unused,
    unreachable_code,
    reason = \"what is given is not used before all tasks are done; delete this then, and the \\
        imports that you did not need\"
)]
";

/// Takes the Rust sources of the students' crates out of a tree.
pub fn take_sources(tree: &mut Tree) -> BTreeMap<PathBuf, String> {
    let is_source =
        |path: &Path| in_student_crate(path) && path.extension().is_some_and(|it| it == "rs");
    let paths: Vec<PathBuf> = tree.keys().filter(|path| is_source(path)).cloned().collect();
    let mut take = |path: PathBuf| {
        let text = tree.remove(&path).expect("its path is in the tree");
        (path, String::from_utf8_lossy(&text).into_owned())
    };
    paths.into_iter().map(&mut take).collect()
}

/// The file of a module that a source declares.
pub fn file_of_module(source: &Path, name: &str) -> PathBuf {
    let is_root = ["lib.rs", "main.rs", "mod.rs"].iter().any(|root| source.ends_with(root));
    let folder = if is_root { source.with_file_name("") } else { source.with_extension("") };
    folder.join(format!("{name}.rs"))
}

/// Whether a source is this module's file, or that of a module within it.
pub fn belongs_to(source: &Path, module: &Path) -> bool {
    source == module || source.starts_with(module.with_extension(""))
}

/// The text of a file without the lines that name what is left out.
pub fn without_left_out(path: &Path, text: &str) -> String {
    let is_student = |file: &str| STUDENT_CRATES.iter().any(|it| path == Path::new(it).join(file));
    match path.to_str() {
        Some("Cargo.toml") => lines_where(text, |line| !names_left_out_member(line)),
        Some("Makefile") => lines_where(text, |line| !includes_left_out(line)),
        Some("docs/SUMMARY.md") => lines_where(text, |line| !links_to_left_out_page(line)),
        _ if is_student("Cargo.toml") => without_tests_dependencies(text),
        _ if is_student("src/lib.rs") => with_allow(&with_example_not_run(text)),
        _ => text.to_owned(),
    }
}

fn lines_where(text: &str, mut is_kept: impl FnMut(&str) -> bool) -> String {
    let kept: String = text.split_inclusive('\n').filter(|line| is_kept(line)).collect();
    format!("{}\n", kept.trim_end())
}

/// `"staff",`: a member of the workspace.
fn names_left_out_member(line: &str) -> bool {
    let member = line.trim().strip_prefix('"').and_then(|line| line.strip_suffix("\","));
    member.is_some_and(|member| is_left_out(Path::new(member)))
}

/// `-include staff/staff.mk`.
fn includes_left_out(line: &str) -> bool {
    let file = line.trim().trim_start_matches('-').strip_prefix("include ");
    let mut folders = file.into_iter().flat_map(|file| Path::new(file).ancestors());
    folders.any(is_left_out)
}

/// `- [For staff](for-staff.md)`.
fn links_to_left_out_page(line: &str) -> bool {
    let link = line.split_once("](").and_then(|(_, rest)| rest.split_once(')'));
    link.is_some_and(|(page, _)| is_left_out(&Path::new("docs").join(page)))
}

/// A student's crate has no tests of the reference's, and so needs nothing for them.
fn without_tests_dependencies(text: &str) -> String {
    let mut is_kept = true;
    lines_where(text, |line| {
        if line.starts_with('[') {
            is_kept = line.trim() != "[dev-dependencies]";
        }
        is_kept
    })
}

/// An example in the crate's head compiles before the tasks are done, and would panic.
fn with_example_not_run(text: &str) -> String {
    let mut is_in_example = false;
    let line_of_handout = |line: &str| {
        let is_fence = line.trim_end() == "//! ```";
        is_in_example ^= is_fence;
        let begins = is_fence && is_in_example;
        if begins { "//! ```no_run\n".to_owned() } else { line.to_owned() }
    };
    text.split_inclusive('\n').map(line_of_handout).collect()
}

/// The crate's root with its attribute, after what it says of itself.
fn with_allow(text: &str) -> String {
    let is_head = |line: &&str| line.starts_with("//!");
    let head: usize = text.split_inclusive('\n').take_while(is_head).map(str::len).sum();
    let (head, rest) = text.split_at(head);
    format!("{head}\n{ALLOW}\n{}", rest.trim_start())
}

#[cfg(test)]
mod tests;
