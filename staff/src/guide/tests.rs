//! The guide of this tree: its links lead somewhere, and what a program prints or is given reads
//! the same in a Chinese page as in the English one.

use super::*;
use crate::handout::workspace;

#[test]
fn no_link_of_the_guide_is_dead() {
    let dead = dead_links(&workspace());
    assert!(dead.is_empty(), "links that lead nowhere:\n{}", dead.join("\n"));
}

#[test]
fn code_is_not_translated() {
    let docs = workspace().join("docs");
    let mut pages = Vec::new();
    add_pages(&docs.join("zh"), &mut pages);
    assert!(!pages.is_empty(), "there is a Chinese edition");
    for page in pages {
        let english = docs.join(page.file_name().expect("a page is a file"));
        assert_eq!(code_blocks(&read(&page)), code_blocks(&read(&english)), "{}", page.display());
    }
}

/// What stands between fences.
fn code_blocks(text: &str) -> Vec<&str> {
    text.split("```").skip(1).step_by(2).collect()
}
