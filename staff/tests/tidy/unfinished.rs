//! No notes of unfinished work in comments, and no paths of one person's machine.

use staff::finding::{Finding, assert_finds, assert_tidy};
use staff::tree::{Source, sources};

#[test]
fn nothing_is_unfinished() {
    assert_tidy(sources().iter().flat_map(findings).collect());
}

/// Words that say that something is not done. (In two pieces, or they would be found here.)
const NOT_DONE: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// Where people's home directories are.
const HOMES: [&str; 4] = [
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/ro", "ot/"),
    concat!("C:\\", "Users"),
];

fn findings(source: &Source) -> Vec<Finding> {
    let found = source.lines().filter_map(|(line, text)| {
        let what = not_done(source, text).or_else(|| home(text))?;
        Some(Finding::new(&source.path, line, what))
    });
    found.collect()
}

/// A comment with such a word. A part of the course after it makes it a student's task, as the
/// guide shows them; but not in the students' crates, where marks make the tasks.
fn not_done(source: &Source, line: &str) -> Option<String> {
    let comments = ["// ", "# ", "<!-- "];
    let comment = comments.iter().find_map(|sign| line.split_once(sign).map(|(_, text)| text))?;
    let (word, rest) = NOT_DONE.iter().find_map(|it| Some((it, comment.strip_prefix(it)?)))?;
    let solution = source.path.starts_with("raft") || source.path.starts_with("kvraft");
    let task = !solution && rest.starts_with([' ', '{']);
    (!task).then(|| format!("`{word}` in a comment: do it, or open an issue, and delete this"))
}

fn home(line: &str) -> Option<String> {
    let home = HOMES.iter().find(|home| line.contains(*home))?;
    Some(format!("`{home}` is a path of one machine: name it relative to the tree"))
}

#[test]
fn what_is_not_done_is_found() {
    for word in NOT_DONE {
        assert_finds(
            &findings(&Source::new("lab/a.rs", &format!("let a = 1; // {word}: two\n"))),
            &format!("lab/a.rs:1: `{word}` in a comment: do it, or open an issue, and delete this"),
        );
    }
    let task = format!("// {} 2A: set a deadline\n", NOT_DONE[0]);
    assert_eq!(findings(&Source::new("raft/src/raft.rs", &task)).len(), 1);
}

#[test]
fn a_task_in_the_guide_is_left_alone() {
    let task = format!("// {} 2A: set a deadline\nlet todo = \"{}\";\n", NOT_DONE[0], NOT_DONE[1]);
    assert_tidy(findings(&Source::new("docs/a.md", &task)));
}

#[test]
fn a_path_of_one_machine_is_found() {
    let path = format!("see {}ada/raftlab/src\n", HOMES[0]);
    assert_finds(
        &findings(&Source::new("docs/a.md", &path)),
        &format!(
            "docs/a.md:1: `{}` is a path of one machine: name it relative to the tree",
            HOMES[0]
        ),
    );
    assert_tidy(findings(&Source::new("docs/a.md", "see docs/homes/ and ~/raftlab, /tmp\n")));
}
