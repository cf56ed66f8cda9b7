//! What each mark makes of a source, and which marks are refused.

mod wrong;

use super::*;
use crate::sample;
use proptest::prelude::*;

/// In the sample course: 2A, 2B and 3A.
fn through(part: &str) -> Through {
    Through::part(&sample::course(), part).expect("the part is in the sample course")
}

fn nothing() -> Through {
    Through::nothing(&sample::course())
}

fn filter(text: &str, through: &Through) -> Result<String, Misplaced> {
    Source::read(text, through).map(|source| source.handed_out(through, &BTreeSet::new()))
}

/// What is handed out of a text with nothing filled in.
fn handed_out(text: &str) -> String {
    filter(text, &nothing()).expect("the marks are in order")
}

/// What is handed out of it filled in through a part.
fn filled_in(text: &str, part: &str) -> String {
    filter(text, &through(part)).expect("the marks are in order")
}

/// The line and the problem of a text whose marks are wrong.
fn refused(text: &str) -> (usize, String) {
    let wrong = filter(text, &nothing()).expect_err("a mark is wrong");
    (wrong.line, wrong.problem)
}

const BODY: &str = "\
fn vote(&mut self) {
    // TASK 2A: grant the vote or refuse it (5.2)
    self.voted_for = Some(candidate);

    self.persist();
}

fn given() {}
";

#[test]
fn a_task_becomes_a_todo_in_place_of_the_rest_of_the_body() {
    let expected = "\
fn vote(&mut self) {
    todo!(\"2A: grant the vote or refuse it (5.2)\")
}

fn given() {}
";
    assert_eq!(handed_out(BODY), expected);
    let solved = BODY.replace("    // TASK 2A: grant the vote or refuse it (5.2)\n", "");
    assert_eq!(filled_in(BODY, "2A"), solved);
}

#[test]
fn a_todo_is_a_text_and_a_format_and_fits_the_line() {
    let text = "fn a() {\n    // TASK 2A: say \"{}\" with a \\\n    b();\n}\n";
    assert!(handed_out(text).contains(r#"todo!("2A: say \"{{}}\" with a \\")"#));
    let sentence = "word ".repeat(40);
    let long =
        handed_out(&format!("fn a() {{\n    // TASK 2A: {}\n    b();\n}}\n", sentence.trim()));
    assert!(long.lines().all(|line| line.len() <= 100), "{long}");
    assert!(long.contains("    todo!(\n        \"2A: word word "), "{long}");
}

#[test]
fn fields_arms_and_statements_leave_a_comment_or_nothing() {
    let text = "\
struct State {
    given: u8,
    // FROM 2A: whom you voted for
    /// The vote.
    voted_for: Option<u8>,
    // FROM 2B
    log: Vec<u8>,
}

fn all(state: &State) {
    match state {
        // FROM 2B: the same
        State { log, .. } => {
            log.len()
        }

        _ => 0,
    }
    given();
    // FROM 2B: save it
    save();
    save_again();

    given();
}
";
    let expected = "\
struct State {
    given: u8,
    // TODO 2A: whom you voted for
}

fn all(state: &State) {
    match state {
        // TODO 2B: the same

        _ => 0,
    }
    given();
    // TODO 2B: save it

    given();
}
";
    assert_eq!(handed_out(text), expected);
    let through_2a = filled_in(text, "2A");
    assert!(through_2a.contains("    /// The vote.\n    voted_for: Option<u8>,\n}\n"));
    assert!(!through_2a.contains("log") && !through_2a.contains("save()"), "{through_2a}");
}

#[test]
fn an_item_ends_at_its_blank_line_and_a_section_at_the_next_mark_there() {
    let text = "\
//! A file.

// FROM 2A
fn a() {
    b();

    b();
}

fn given() {}

// FROM 2A: the others

fn c() {}

fn d() {}

// FROM 2B

fn e() {}
";
    assert_eq!(handed_out(text), "//! A file.\n\nfn given() {}\n\n// TODO 2A: the others\n");
    assert!(filled_in(text, "2A").ends_with("fn c() {}\n\nfn d() {}\n"));
    assert!(filled_in(text, "2B").ends_with("fn d() {}\n\nfn e() {}\n"));
}

#[test]
fn a_section_in_a_block_ends_with_it() {
    let text = "impl A {\n    // FROM 2A\n\n    fn a() {}\n\n    fn b() {}\n}\n\nfn given() {}\n";
    assert_eq!(handed_out(text), "impl A {\n}\n\nfn given() {}\n");
}

#[test]
fn a_later_mark_within_leaves_its_sentence_too() {
    let text = "\
fn next(&mut self) {
    // TASK 2A: send what is due
    let room = 0;
    if due {
        // FROM 3A
        log();
    }
    // FROM 2B: with entries
    room = 1;

    send(room);
}
";
    let open = "\
fn next(&mut self) {
    todo!(\"2A: send what is due\")
    // TODO 2B: with entries
}
";
    assert_eq!(handed_out(text), open);
    let through_2a = "\
fn next(&mut self) {
    let room = 0;
    if due {
    }
    // TODO 2B: with entries

    send(room);
}
";
    assert_eq!(filled_in(text, "2A"), through_2a);
}

#[test]
fn brackets_in_texts_do_not_end_what_a_mark_covers() {
    let text =
        "fn a() {\n    // TASK 2A: do it\n    b(\"}\", '}', r#\"}\"}\"#); // }\n    c();\n}\n";
    assert_eq!(handed_out(text), "fn a() {\n    todo!(\"2A: do it\")\n}\n");
    let text = "fn a() {\n    // FROM 2A\n    b(\"\n\n\");\n    c();\n}\n";
    assert_eq!(handed_out(text), "fn a() {\n}\n", "a blank line of a text is none");
}

#[test]
fn a_mark_as_the_first_line_is_the_whole_files() {
    let text =
        "// FROM 2B: how the log is encoded\n//! The log, encoded.\n\nfn a() {}\n\nfn b() {}\n";
    let source = Source::read(text, &nothing()).expect("the mark is in order");
    assert!(source.is_open(&nothing()) && source.is_open(&through("2A")));
    assert!(!source.is_open(&through("2B")));
    assert_eq!(filled_in(text, "2B"), text.split_once('\n').expect("it has lines").1);
    let below = Source::read("\n// FROM 2B\nfn a() {}\n", &nothing());
    assert!(!below.expect("the mark is in order").is_open(&nothing()));
}

#[test]
fn the_declaration_of_a_module_that_stays_behind_goes() {
    let text = "mod a;\n/// For b.\n#[cfg(test)]\npub(crate) mod b;\n\n#[cfg(test)]\nmod c {\n}\n";
    let source = Source::read(text, &nothing()).expect("there are no marks");
    assert_eq!(source.module_names(), ["a", "b"]);
    assert_eq!(source.test_modules(), ["b"]);
    let left = BTreeSet::from(["b".to_owned()]);
    assert_eq!(source.handed_out(&nothing(), &left), "mod a;\n\n#[cfg(test)]\nmod c {\n}\n");
}

#[test]
fn a_sentence_goes_on_in_lines_that_are_indented_more() {
    let text = "// a head\n// FROM 2A: one\n//   two\n//     three\n// a comment\nfn a() {}\n";
    assert_eq!(handed_out(text), "// a head\n// TODO 2A: one two three\n");
    assert_eq!(filled_in(text, "2A"), "// a head\n// a comment\nfn a() {}\n");
}

#[test]
fn what_is_no_mark_stays() {
    let text = "// FROMAGE 2A\n// From 2A on\n// From 2A on: it\n// From 9Z: it\n\
                let a = \"// FROM 2A\";\n// see TASK 2A\n";
    assert_eq!(handed_out(text), text);
    assert_eq!(first_mark(text), None);
    assert_eq!(first_mark("given\n    // TASK\n"), Some(2));
}

#[test]
fn a_mark_that_cuts_something_in_pieces_is_refused() {
    let middle = "the mark stands in the middle of a statement or an item";
    let between = "the mark stands between an item and its comment or attribute";
    let ends = "what the mark in line 2 covers ends here, in the middle of a statement or an item";
    for (text, line, problem) in [
        ("fn a() {\n    b\n        // FROM 2A\n        .c()\n}\n", 3, middle),
        ("fn a()\n// FROM 2A\nwhere B: C {\n}\n", 2, middle),
        ("\n/// Says.\n// FROM 2A\nfn a() {}\n", 3, between),
        ("\n#[inline]\n// FROM 2A\nfn a() {}\n", 3, between),
        ("fn a() {\n    // FROM 2A\n    let b = c\n\n        .d();\n}\n", 3, ends),
        ("\n// FROM 2A\n#[inline]\n// FROM 2B\nfn a() {}\n", 3, ends),
        ("\n// FROM 2A\nconst A: &str =\n\n    \"a\";\n", 3, ends),
    ] {
        assert_eq!(refused(text), (line, problem.to_owned()), "{text}");
    }
}

#[test]
fn a_wrong_mark_is_refused_even_where_everything_is_filled_in() {
    assert!(filter("\n// FROM 9Z\nfn a() {}\n", &through("3A")).is_err());
    assert!(filter("\n// FROM 2A\n", &through("3A")).is_err());
}

/// Lines of all kinds, in an order that may make no sense.
fn any_lines() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "",
        "fn a() {",
        "impl A {",
        "}",
        "})",
        "b();",
        "let c = \"{\";",
        "let d = \"",
        "/*",
        "*/",
        "// FROM 2A",
        "// FROM 2B: e",
        "// TASK 2A: f",
        "// TASK 3A: g",
        "//   more",
        "match h {",
        "'i' => {",
        "mod j;",
        "#[cfg(test)]",
        "// comment",
        "k: u8,",
        "// FROM 9Z",
        "r#\"",
        "\"#",
    ]);
    let indented = (0..3_usize, line).prop_map(|(depth, line)| "    ".repeat(depth) + line + "\n");
    prop::collection::vec(indented, 0..24).prop_map(|lines| lines.concat())
}

/// A tree of code with marks: what a block holds, at a depth.
fn block(depth: u32, outer: usize) -> BoxedStrategy<String> {
    let statement = Just("x();\n".to_owned()).boxed();
    if depth == 0 {
        return statement;
    }
    let marked = (outer..4_usize).prop_flat_map(move |part| {
        let inner = block(depth - 1, part + 1);
        (Just(part), inner, prop::sample::select(vec!["", ": do it", ": do\n//   it"]))
    });
    let marked = marked.prop_map(|(part, inner, sentence)| match ["2A", "2B", "3A"].get(part) {
        Some(part) => format!("// FROM {part}{sentence}\nif y {{\n{inner}}}\n\n"),
        None => inner,
    });
    let body = (outer..3_usize).prop_flat_map(move |part| (Just(part), block(depth - 1, part + 1)));
    let body = body.prop_map(|(part, inner)| {
        format!("fn z() {{\n// TASK {}: do it\n{inner}}}\n", ["2A", "2B", "3A"][part])
    });
    let one = if outer < 3 { prop_oneof![statement, marked, body].boxed() } else { statement };
    prop::collection::vec(one, 1..4).prop_map(|pieces| pieces.concat()).boxed()
}

proptest! {
    #[test]
    fn any_text_is_filtered_or_refused(text in any_lines()) {
        for through in Through::all(&sample::course()) {
            if let Ok(left) = filter(&text, &through) {
                prop_assert_eq!(first_mark(&left), None, "{}", left);
            }
        }
    }

    #[test]
    fn filled_in_whole_a_text_loses_its_marks_only(inner in block(4, 0)) {
        let text = format!("//! A file.\n\n{inner}");
        let marks = ["// FROM", "// TASK", "//   "];
        let is_mark = |line: &&str| marks.iter().any(|mark| line.starts_with(mark));
        let solved = joined(text.lines().filter(|line| !is_mark(line)));
        prop_assert_eq!(filled_in(&text, "3A"), solved);
    }

    #[test]
    fn what_is_open_is_gone_and_what_is_given_stays(inner in block(4, 0)) {
        let text = format!("//! A file.\n\ngiven();\n{inner}");
        let left = handed_out(&text);
        prop_assert!(!left.contains("// FROM") && !left.contains("// TASK"), "{}", left);
        prop_assert!(left.contains("given();"));
        let count = |text: &str, sign: char| text.matches(sign).count();
        prop_assert_eq!(count(&left, '{'), count(&left, '}'), "{}", left);
    }
}
