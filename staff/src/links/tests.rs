//! A dead link is found, and a good one is left alone.

use super::*;
use crate::finding::{assert_finds, assert_tidy};

/// What is found in a page of docs/ that stands beside `raft.md` and below `README.md`.
fn found(line: &str) -> Vec<Finding> {
    let sources = [
        Source::new("README.md", "# The kit\n"),
        Source::new("docs/raft.md", "# Raft\n\n## Terms, and roles (5.1)\n"),
        Source::new("docs/zh/page.md", &format!("# Page\n\n{line}\n")),
    ];
    let exists = |path: &Path| sources.iter().any(|it| it.path.starts_with(path));
    dead_links_among(&sources, exists)
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
        "docs/zh/page.md:3: the link `raft.md` is dead: there is no docs/zh/raft.md",
    );
    assert_finds(
        &found("[a](../raft.md), then [b](../raft.md#terms)"),
        "docs/zh/page.md:3: the link `../raft.md#terms` is dead: docs/raft.md has no such \
         heading",
    );
    assert_eq!(found("[a]: ../rafts.md").len(), 1);
    assert_eq!(found("[a](#pages)").len(), 1);
}
