//! Splits a page of Markdown into text, headings and blocks of code, for the rules about pages.

use crate::tree::Source;

/// The lines that no fence encloses, with their numbers.
pub fn text_lines(page: &Source) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    page.lines().filter(move |(_, line)| {
        let fence = is_fence(line);
        fenced ^= fence;
        !fenced && !fence
    })
}

/// The blocks between fences, each with the number of its first line.
pub fn code_blocks(page: &Source) -> Vec<(usize, Vec<&str>)> {
    let mut blocks: Vec<(usize, Vec<&str>)> = Vec::new();
    let mut fenced = false;
    for (number, line) in page.lines() {
        if is_fence(line) {
            fenced = !fenced;
            if fenced {
                blocks.push((number, vec![line]));
            }
        } else if let (true, Some((_, block))) = (fenced, blocks.last_mut()) {
            block.push(line);
        }
    }
    blocks
}

/// The headings: number of the line, level, text.
pub fn headings(page: &Source) -> impl Iterator<Item = (usize, usize, &str)> {
    text_lines(page).filter_map(|(number, line)| {
        let text = line.trim_start_matches('#');
        let level = line.len() - text.len();
        (level > 0 && text.starts_with(' ')).then(|| (number, level, text.trim()))
    })
}

fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```")
}
