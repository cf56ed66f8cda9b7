//! No relative link in a page of Markdown leads nowhere: its file exists, and so does the heading
//! that its fragment names.

use crate::finding::{Finding, assert_finds, assert_tidy};
use crate::markdown::{headings, text_lines};
use crate::tree::{Source, root, sources};
use std::path::{Component, Path, PathBuf};

/// A page that is handed out elsewhere than where it lies.
const README_OF_HANDOUTS: &str = "staff/handout/README.md";

#[test]
fn links_lead_somewhere() {
    assert_tidy(dead_links(&sources(), |path| root().join(path).exists()));
}

/// `exists` also says so of what is no text, such as a folder.
fn dead_links(sources: &[Source], exists: impl Fn(&Path) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for page in sources.iter().filter(|source| source.is("md")) {
        for (line, text) in text_lines(page) {
            let dead = links(text).filter_map(|link| death(page, link, sources, &exists));
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

fn death(
    page: &Source,
    link: &str,
    sources: &[Source],
    exists: &impl Fn(&Path) -> bool,
) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None; // Not ours to keep.
    }
    let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() { page.path.clone() } else { lies(page).join(file) };
    let target = normal(&target);
    if !exists(&target) {
        return Some(format!("the link `{link}` leads nowhere: there is no {}", target.display()));
    }
    let target = sources.iter().find(|source| source.path == target)?;
    let known = fragment.is_empty() || headings(target).any(|(.., it)| anchor(it) == fragment);
    let target = target.path.display();
    (!known).then(|| format!("the link `{link}` leads nowhere: {target} has no such heading"))
}

/// The folder from which a page's links lead.
fn lies(page: &Source) -> &Path {
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

/// Lower case, hyphens for spaces, no punctuation: as GitHub does it, and mdBook.
fn anchor(heading: &str) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || " -_".contains(*letter);
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// What is found in a page of docs/ that stands beside `raft.md` and below `README.md`.
#[cfg(test)]
fn found(line: &str) -> Vec<Finding> {
    let sources = [
        Source::new("README.md", "# The kit\n"),
        Source::new("docs/raft.md", "# Raft\n\n## Terms, and roles (5.1)\n"),
        Source::new("docs/zh/page.md", &format!("# Page\n\n{line}\n")),
    ];
    let exists = |path: &Path| sources.iter().any(|it| it.path.starts_with(path));
    dead_links(&sources, exists)
}

#[test]
fn what_leads_somewhere_is_left_alone() {
    for line in [
        "[a](../raft.md) and [b](../raft.md#terms-and-roles-51), [c](#page)",
        "[a](../../README.md#the-kit) [folder](../)",
        "[a](https://raft.github.io/nowhere.md)",
        "[a]: ../raft.md",
        "```text\n[a](nowhere.md)\n```",
    ] {
        assert_tidy(found(line));
    }
}

#[test]
fn what_leads_nowhere_is_found() {
    assert_finds(
        &found("See [a](raft.md)."),
        "docs/zh/page.md:3: the link `raft.md` leads nowhere: there is no docs/zh/raft.md",
    );
    assert_finds(
        &found("[a](../raft.md), then [b](../raft.md#terms)"),
        "docs/zh/page.md:3: the link `../raft.md#terms` leads nowhere: docs/raft.md has no such \
         heading",
    );
    assert_eq!(found("[a]: ../rafts.md").len(), 1);
    assert_eq!(found("[a](#pages)").len(), 1);
}
