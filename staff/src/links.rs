//! Finds dead links: a relative link in a page of Markdown whose file, or the heading that its
//! fragment names, does not exist.

use crate::finding::Finding;
use crate::markdown::{headings, text_lines};
use crate::tree::{Source, sources_in};
use std::path::{Component, Path, PathBuf};

/// This page becomes the README of a handout, so its links start at the root.
const README_OF_HANDOUTS: &str = "staff/handout/README.md";

/// The dead links of a tree's pages.
pub fn dead_links(root: &Path) -> Vec<Finding> {
    dead_links_among(&sources_in(root), |path| root.join(path).exists())
}

/// `exists` knows folders and pictures as well; `sources` are texts only.
fn dead_links_among(sources: &[Source], exists: impl Fn(&Path) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for page in sources.iter().filter(|source| source.is("md")) {
        for (line, text) in text_lines(page) {
            let dead = links(text).filter_map(|link| why_dead(page, link, sources, &exists));
            findings.extend(dead.map(|what| Finding::new(&page.path, line, what)));
        }
    }
    findings
}

/// The targets of the links in a line, `[so](target)` or `[so]: target`.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let reference = line.strip_prefix('[').and_then(|rest| rest.split_once("]: "));
    inline.map(|(target, _)| target).chain(reference.map(|(_, target)| target.trim()))
}

fn why_dead(
    page: &Source,
    link: &str,
    sources: &[Source],
    exists: &impl Fn(&Path) -> bool,
) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None; // Outside links are not checked.
    }
    let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() { page.path.clone() } else { base_folder(page).join(file) };
    let target = normal(&target);
    if !exists(&target) {
        return Some(format!("the link `{link}` is dead: there is no {}", target.display()));
    }
    let target = sources.iter().find(|source| source.path == target)?;
    let known = fragment.is_empty() || headings(target).any(|(.., it)| anchor(it) == fragment);
    let target = target.path.display();
    (!known).then(|| format!("the link `{link}` is dead: {target} has no such heading"))
}

/// The folder that a page's links are relative to.
fn base_folder(page: &Source) -> &Path {
    match page.path.parent() {
        Some(folder) if page.path != Path::new(README_OF_HANDOUTS) => folder,
        _ => Path::new(""),
    }
}

/// Without `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(normal.pop()),
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}

/// The anchor of a heading, as GitHub and mdBook make it: lower case, hyphens for spaces, no
/// punctuation.
fn anchor(heading: &str) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || " -_".contains(*letter);
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests;
