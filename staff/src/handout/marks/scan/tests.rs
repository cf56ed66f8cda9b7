//! Brackets count where they are code, and nowhere else.

use super::*;
use proptest::prelude::*;

/// How many brackets are open where each line begins.
fn depths(text: &str) -> Vec<usize> {
    scan(text).iter().map(|line| line.depth).collect()
}

/// How many are open after a line of code.
fn left_open_by(line: &str) -> usize {
    depths(&format!("{line}\nend"))[1]
}

#[test]
fn brackets_are_counted() {
    assert_eq!(depths("a {\n    b(\n        c[\n        ]\n    )\n}\nd"), [0, 1, 2, 3, 2, 1, 0]);
    let line = &scan("{\n} else {\n}\n")[1];
    assert_eq!((line.depth, line.lowest, line.closes_first), (1, 0, true));
}

#[test]
fn brackets_in_texts_and_comments_do_not_count() {
    for line in [
        r#"let a = "{([";"#,
        r#"let a = "\"{";"#,
        r#"let a = "\\"; // {"#,
        r##"let a = r"\"; // {"##,
        r###"let a = r#"{"{"#;"###,
        r###"let a = br##"{"#{"##;"###,
        "let a = b\"{\";",
        "let a = c\"{\";",
        "let a = '{';",
        r"let a = '\'';",
        r"let a = '\\'; // {",
        r"let a = '\u{7d}';",
        "let a = '\u{e9}'; let b = '{';",
        "let a = b'{';",
        "// {",
        "/// {",
        "/* { */",
        "/* { /* { */ { */",
    ] {
        assert_eq!(left_open_by(line), 0, "{line}");
    }
}

#[test]
fn what_only_looks_like_a_text_hides_no_bracket() {
    for line in [
        "fn a<'a>(b: &'a str) {",
        "'label: loop {",
        "impl<'a, 'b> A<'a> for B<'b> {",
        "if r#type == 1 {",
        "let a = '\"'; if b {",
        r#"let a = "// no comment"; {"#,
        "/* a */ {",
        "a /* \" */ {",
    ] {
        assert_eq!(left_open_by(line), 1, "{line}");
    }
}

#[test]
fn a_text_of_several_lines_is_no_code() {
    let lines = scan("let a = \"{\n\n  // FROM 2A\n\"; {\nb");
    let begins: Vec<bool> = lines.iter().map(|line| line.begins_in_code).collect();
    assert_eq!(begins, [true, false, false, false, true]);
    assert!(!lines[1].is_blank() && lines[2].comment.is_none());
    assert_eq!(lines[4].depth, 1);
}

#[test]
fn a_functions_body_is_known_from_other_blocks() {
    let place = |before: &str| scan(&format!("{before}\nhere")).last().expect("a line").place;
    for body in [
        "fn a() {",
        "pub(crate) fn a(&self) -> Option<(Index, Term)> {",
        "fn a(\n    b: impl Fn(u8) -> u8,\n) -> C\nwhere\n    D: E,\n    F: G,\n{",
        "struct A;\n\nimpl A {\n    /// {\n    fn b() {\n        // comment",
        "const fn a() {\n",
    ] {
        assert_eq!(place(body), Place::BodyBegins, "{body}");
    }
    assert_eq!(place("fn a() {\n    b();"), Place::WithinBody);
    assert_eq!(place("fn a() {\n    if b {\n    }"), Place::WithinBody);
    for other in [
        "",
        "struct A {",
        "fn a() {\n    if b {",
        "fn a();\nimpl A {",
        "fn a() {}\nstruct B {",
        "let a = || {",
        "fn a(",
    ] {
        assert_eq!(place(other), Place::NoBody, "{other}");
    }
}

proptest! {
    #[test]
    fn any_text_can_be_read(text in "[\\PC\n\"'#/*{}()\\\\rb;]{0,80}") {
        prop_assert_eq!(scan(&text).len(), text.lines().count());
    }
}
