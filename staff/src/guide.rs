//! The links of the guide. No relative link in README.md or under docs/ leads nowhere: its file
//! exists, and so does the heading that its fragment names.

use std::fs;
use std::path::{Path, PathBuf};

/// The links of a tree's pages that lead nowhere, each with its page.
pub fn dead_links(tree: &Path) -> Vec<String> {
    let mut pages = vec![tree.join("README.md")];
    add_pages(&tree.join("docs"), &mut pages);
    pages.iter().flat_map(|page| dead_links_of(page)).collect()
}

/// All Markdown files in a folder and below.
fn add_pages(folder: &Path, pages: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("docs can be listed") {
        let path = entry.expect("docs can be listed").path();
        if path.is_dir() {
            add_pages(&path, pages);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
}

fn dead_links_of(page: &Path) -> Vec<String> {
    let text = read(page);
    let links = text_lines(&text).flat_map(links).filter(|link| !leads_anywhere(page, link));
    links.map(|link| format!("{}: {link}", page.display())).collect()
}

/// The targets of the links in a line.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
}

fn leads_anywhere(page: &Path, link: &str) -> bool {
    if link.starts_with("https://") || link.starts_with("http://") {
        return true; // Somebody else's to keep.
    }
    let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
    let target = match file {
        "" => page.to_owned(),
        file => page.parent().expect("a page lies in a folder").join(file),
    };
    target.exists() && (fragment.is_empty() || anchors(&read(&target)).any(|it| it == fragment))
}

/// What the headings of a page are called in a link.
fn anchors(text: &str) -> impl Iterator<Item = String> {
    let headings = text_lines(text).filter(|line| line.starts_with('#'));
    headings.map(|heading| anchor(heading.trim_start_matches('#').trim()))
}

/// Lower case, hyphens for spaces, no punctuation: as GitHub does it, and mdBook.
fn anchor(heading: &str) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || " -_".contains(*letter);
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The lines of a page that no code block shows.
fn text_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    })
}

fn read(page: &Path) -> String {
    fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display()))
}

#[cfg(test)]
mod tests;
