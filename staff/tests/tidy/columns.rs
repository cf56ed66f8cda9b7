//! No line of a source is longer than 100 columns.

use staff::finding::{Finding, assert_finds, assert_tidy};
use staff::tree::{Source, sources};

/// rustfmt's `max_width`, which it does not apply to comments and texts.
const WIDTH: usize = 100;

#[test]
fn lines_end_by_column_100() {
    assert_tidy(sources().iter().flat_map(long_lines).collect());
}

fn long_lines(source: &Source) -> Vec<Finding> {
    if !is_judged(source) {
        return Vec::new();
    }
    let long = source.lines().filter(|(_, line)| line.chars().count() > WIDTH);
    let long = long.filter(|(_, line)| !cannot_be_broken(source, line));
    long.map(|(number, line)| {
        let count = line.chars().count();
        let what = format!("{count} columns (limit {WIDTH}): break the line");
        Finding::new(&source.path, number, what)
    })
    .collect()
}

/// Code and its settings. Prose in Markdown has tables, and programs' output, which may be wider.
fn is_judged(source: &Source) -> bool {
    ["rs", "toml", "sh", "mk", "yml"].iter().any(|extension| source.is(extension))
        || source.is_named("Makefile")
}

/// An inline table of TOML must stand in one line, and so must a line that `make help` prints.
fn cannot_be_broken(source: &Source, line: &str) -> bool {
    let line = line.trim_start();
    (source.is("toml") && line.starts_with('{')) || line.starts_with("@echo ")
}

#[test]
fn a_line_of_101_columns_is_found_and_one_of_100_is_not() {
    let source = Source::new("a.rs", &format!("//{}\n//{}\n", "–".repeat(98), "–".repeat(99)));
    assert_finds(&long_lines(&source), "a.rs:2: 101 columns (limit 100): break the line");
}

#[test]
fn what_must_stand_in_one_line_may_be_long_and_prose_too() {
    let long = "x".repeat(101);
    assert_finds(
        &long_lines(&Source::new("a.toml", &format!("    {{ {long} }},\n# {long}\n"))),
        "a.toml:2: 103 columns (limit 100): break the line",
    );
    assert_tidy(long_lines(&Source::new("Makefile", &format!("\t@echo \"{long}\"\n"))));
    assert_tidy(long_lines(&Source::new("a.md", &long)));
}
