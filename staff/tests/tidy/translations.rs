//! A page of docs/zh has as many headings as its original, at the same levels, and the same blocks
//! of code: commands and output are not translated.

use staff::finding::{Finding, assert_finds, assert_tidy};
use staff::markdown::{code_blocks, headings};
use staff::tree::{Source, sources};
use std::path::Path;

const TRANSLATIONS: &str = "docs/zh";

#[test]
fn chinese_pages_follow_their_originals() {
    assert_tidy(strayed(&sources()));
}

fn strayed(sources: &[Source]) -> Vec<Finding> {
    let pages: Vec<&Source> =
        sources.iter().filter(|it| it.path.starts_with(TRANSLATIONS)).collect();
    assert!(!pages.is_empty(), "{TRANSLATIONS} has no pages");
    pages.into_iter().filter_map(|page| strayed_page(page, sources)).collect()
}

/// The first place at which a page does not follow its original.
fn strayed_page(page: &Source, sources: &[Source]) -> Option<Finding> {
    let name = page.path.file_name().expect("a page is a file");
    let path = Path::new("docs").join(name);
    let Some(original) = sources.iter().find(|source| source.path == path) else {
        let what = format!("its original {} is not there: rename the page", path.display());
        return Some(Finding::new(&page.path, 1, what));
    };
    strayed_heading(page, original).or_else(|| strayed_code(page, original))
}

fn strayed_heading(page: &Source, original: &Source) -> Option<Finding> {
    let ours: Vec<_> = headings(page).collect();
    let theirs: Vec<_> = headings(original).collect();
    let levels = ours.iter().zip(&theirs).find(|((_, ours, _), (_, theirs, _))| ours != theirs);
    if let Some(((line, level, _), (there, expected, heading))) = levels {
        let what = format!(
            "heading of level {level}, where line {there} of {} has level {expected} \
             (\"{heading}\")",
            original.path.display()
        );
        return Some(Finding::new(&page.path, *line, what));
    }
    let what =
        format!("{} headings, and {} has {}", ours.len(), original.path.display(), theirs.len());
    let last = ours.last().map_or(1, |(line, ..)| *line);
    (ours.len() != theirs.len()).then(|| Finding::new(&page.path, last, what))
}

fn strayed_code(page: &Source, original: &Source) -> Option<Finding> {
    let (ours, theirs) = (code_blocks(page), code_blocks(original));
    let differs = ours.iter().zip(&theirs).find(|((_, ours), (_, theirs))| ours != theirs);
    if let Some(((line, _), (there, _))) = differs {
        let original = original.path.display();
        let what = format!("this code is not that of line {there} of {original}: copy it");
        return Some(Finding::new(&page.path, *line, what));
    }
    let original = original.path.display();
    let what = format!("{} blocks of code, and {original} has {}", ours.len(), theirs.len());
    (ours.len() != theirs.len()).then(|| Finding::new(&page.path, 1, what))
}

/// What is found of a page that is to follow one with two headings and a block of code.
#[cfg(test)]
fn found(page: &str) -> Vec<Finding> {
    let original = "# Raft\n\nText.\n\n## Terms\n\n```console\n$ make help\n```\n";
    strayed(&[Source::new("docs/raft.md", original), Source::new("docs/zh/raft.md", page)])
}

#[test]
fn a_page_that_follows_is_left_alone() {
    assert_tidy(found("# 木筏\n\n## 任期\n\n文字。\n\n```console\n$ make help\n```\n"));
}

#[test]
fn another_level_is_found_and_a_heading_too_few() {
    assert_finds(
        &found("# 木筏\n\n### 任期\n\n```console\n$ make help\n```\n"),
        "docs/zh/raft.md:3: heading of level 3, where line 5 of docs/raft.md has level 2 \
         (\"Terms\")",
    );
    assert_finds(
        &found("# 木筏\n\n```console\n$ make help\n# 二\n```\n"),
        "docs/zh/raft.md:1: 1 headings, and docs/raft.md has 2",
    );
}

#[test]
fn other_code_is_found_and_a_block_too_few() {
    assert_finds(
        &found("# 木筏\n## 任期\n```console\n$ make 帮助\n```\n"),
        "docs/zh/raft.md:3: this code is not that of line 7 of docs/raft.md: copy it",
    );
    assert_finds(
        &found("# 木筏\n## 任期\n"),
        "docs/zh/raft.md:1: 0 blocks of code, and docs/raft.md has 1",
    );
}

#[test]
fn a_page_without_an_original_is_found() {
    assert_finds(
        &strayed(&[Source::new("docs/zh/new.md", "# 新\n")]),
        "docs/zh/new.md:1: its original docs/new.md is not there: rename the page",
    );
}
