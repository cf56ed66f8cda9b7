//! The marker filter: what becomes of each kind of region, and which markers are refused.

use super::{filter, has_markers};
use crate::handout::through::Through;
use crate::sample;
use proptest::prelude::*;

/// In the sample course: 2A, 2B and 3A.
fn through(part: &str) -> Through {
    Through::part(&sample::course(), part).expect("the part is in the sample course")
}

fn nothing() -> Through {
    Through::nothing(&sample::course())
}

/// What is handed out of a text with nothing filled in.
fn handed_out(text: &str) -> String {
    filter(text, &nothing()).expect("the markers are in order")
}

/// What is handed out of it filled in through a part.
fn filled_in(text: &str, part: &str) -> String {
    filter(text, &through(part)).expect("the markers are in order")
}

/// The line and the problem of a text whose markers are wrong.
fn refused(text: &str) -> (usize, String) {
    let wrong = filter(text, &nothing()).expect_err("a marker is wrong");
    (wrong.line, wrong.problem)
}

const BODY: &str = "\
fn vote(&mut self) {
    let term = self.term;
    // BEGIN SOLUTION 2A: grant the vote or refuse it (5.2)
    self.voted_for = Some(candidate);
    // END SOLUTION
}
";

#[test]
fn a_solution_in_a_body_becomes_a_todo() {
    let expected = "\
fn vote(&mut self) {
    let term = self.term;
    todo!(\"2A: grant the vote or refuse it (5.2)\")
}
";
    assert_eq!(handed_out(BODY), expected);
}

#[test]
fn a_solution_that_is_filled_in_loses_its_markers_only() {
    let expected = "\
fn vote(&mut self) {
    let term = self.term;
    self.voted_for = Some(candidate);
}
";
    assert_eq!(filled_in(BODY, "2A"), expected);
}

#[test]
fn a_long_sentence_is_wrapped_within_its_todo() {
    let text = "\
impl State {
    fn commit(
        &mut self,
    ) -> Index {
        // BEGIN SOLUTION 2B: commit what a majority has, if it is of your own term; an entry of an
        //   earlier term is committed by one of your own that follows it (5.3, 5.4.2)
        self.median()
        // END SOLUTION
    }
}
";
    let expected = "\
impl State {
    fn commit(
        &mut self,
    ) -> Index {
        todo!(
            \"2B: commit what a majority has, if it is of your own term; an entry of an earlier \\
             term is committed by one of your own that follows it (5.3, 5.4.2)\"
        )
    }
}
";
    assert_eq!(handed_out(text), expected);
    assert!(expected.lines().all(|line| line.len() <= 100));
}

#[test]
fn quotes_backslashes_and_braces_mean_themselves_in_a_todo() {
    let text = r#"
fn name() {
    // BEGIN SOLUTION 2A: a "name" with a \ and {braces} in it
    "name"
    // END SOLUTION
}
"#;
    let todo = r#"todo!("2A: a \"name\" with a \\ and {{braces}} in it")"#;
    assert!(handed_out(text).contains(todo));
}

#[test]
fn a_solution_in_a_block_of_a_body_is_in_the_body() {
    let text = "\
fn vote() {
    if is_fresh {

        // what follows is the vote
        // BEGIN SOLUTION 2A: grant it
        grant();
        // END SOLUTION
    }
}
";
    assert!(handed_out(text).contains("\n        todo!(\"2A: grant it\")\n"));
}

#[test]
fn a_solution_between_items_or_fields_becomes_a_comment() {
    let text = "\
struct State {
    term: Term,
    // BEGIN SOLUTION 2A: whom this server voted for
    voted_for: Option<Server>,
    // END SOLUTION
}

fn given() {
    body();
}

// BEGIN SOLUTION 2B: what a follower answers
enum Outcome {}
// END SOLUTION
";
    let expected = "\
struct State {
    term: Term,
    // TODO 2A: whom this server voted for
}

fn given() {
    body();
}

// TODO 2B: what a follower answers
";
    assert_eq!(handed_out(text), expected);
}

#[test]
fn later_leaves_a_comment_even_in_a_body() {
    let text = BODY.replace("SOLUTION", "LATER");
    let left = handed_out(&text);
    assert!(left.contains("\n    // TODO 2A: grant the vote or refuse it (5.2)\n"), "{left}");
    assert!(!left.contains("todo!") && !left.contains("candidate"), "{left}");
    assert_eq!(filled_in(&text, "2A"), filled_in(BODY, "2A"));
}

#[test]
fn a_long_comment_is_wrapped() {
    let sentence = "a word and ".repeat(20);
    let text = format!("    // BEGIN LATER 2A: {sentence}\n    // END LATER\n");
    let left = handed_out(&text);
    assert!(left.lines().count() == 3, "{left}");
    assert!(left.lines().all(|line| line.len() <= 100 && line.starts_with("    // ")), "{left}");
    let words: Vec<&str> = left.split_whitespace().filter(|word| *word != "//").collect();
    assert_eq!(words.join(" "), format!("TODO 2A: {}", sentence.trim()));
}

#[test]
fn a_region_without_a_sentence_leaves_nothing() {
    for kind in ["SOLUTION", "LATER"] {
        let text = format!("fn a() {{\n    // BEGIN {kind} 2A\n    b();\n    // END {kind}\n}}\n");
        assert_eq!(handed_out(&text), "fn a() {\n}\n");
        assert_eq!(filled_in(&text, "2A"), "fn a() {\n    b();\n}\n");
    }
}

#[test]
fn without_a_sentence_none_goes_on() {
    let text = "// BEGIN SOLUTION 2A\n//   a picture\na\n// END SOLUTION\n";
    assert_eq!(handed_out(text), "");
    assert_eq!(filled_in(text, "2A"), "//   a picture\na\n");
}

#[test]
fn what_is_for_the_reference_is_in_no_handout() {
    for begin in ["// BEGIN REFERENCE", "// BEGIN REFERENCE: as it is\n//   tested"] {
        let text = format!("given\n{begin}\n#[cfg(test)]\nmod tests;\n// END REFERENCE\nmore\n");
        for through in Through::all(&sample::course()) {
            assert_eq!(filter(&text, &through), Ok("given\nmore\n".to_owned()), "{through}");
        }
    }
}

#[test]
fn handout_lines_are_in_every_handout() {
    let text = "given\n    // HANDOUT: // Delete this then.\n# HANDOUT: a = 1\n// HANDOUT: #![x]\n";
    let expected = "given\n    // Delete this then.\na = 1\n#![x]\n";
    for through in Through::all(&sample::course()) {
        assert_eq!(filter(text, &through), Ok(expected.to_owned()), "{through}");
    }
}

#[test]
fn each_part_is_filled_in_with_those_before_it() {
    let region =
        |part: &str| format!("// BEGIN SOLUTION {part}\nsolution {part}\n// END SOLUTION\n");
    let text = ["2A", "2B", "3A"].map(region).concat();
    let expected = [
        "",
        "solution 2A\n",
        "solution 2A\nsolution 2B\n",
        "solution 2A\nsolution 2B\nsolution 3A\n",
    ];
    let all = Through::all(&sample::course());
    let found: Vec<_> = all.iter().map(|through| filter(&text, through).unwrap()).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_sentence_goes_on_in_lines_that_are_indented_more() {
    let text = "\
// BEGIN SOLUTION 2A: one
//   two
//     three
// a comment of the solution
// END SOLUTION
";
    assert_eq!(handed_out(text), "// TODO 2A: one two three\n");
    assert_eq!(filled_in(text, "2A"), "// a comment of the solution\n");
}

#[test]
fn markers_are_in_the_comment_style_of_their_file() {
    let toml = "a = 1\n    # BEGIN REFERENCE\n    b = 2\n    # END REFERENCE\n";
    assert_eq!(handed_out(toml), "a = 1\n");
    let markdown = "Given.\n<!-- BEGIN SOLUTION 2A -->\nSolved.\n<!-- END SOLUTION -->\n";
    assert_eq!(handed_out(markdown), "Given.\n");
    assert_eq!(filled_in(markdown, "2A"), "Given.\nSolved.\n");
}

#[test]
fn a_task_is_in_the_comment_style_of_its_marker() {
    let toml = "    # BEGIN LATER 2A: depend on it\n    b = 2\n    # END LATER\n";
    assert_eq!(handed_out(toml), "    # TODO 2A: depend on it\n");
    let markdown = "<!-- BEGIN SOLUTION 2A: say why -->\nSolved.\n<!-- END SOLUTION -->\n";
    assert_eq!(handed_out(markdown), "<!-- TODO 2A: say why -->\n");
}

#[test]
fn a_marker_needs_no_blank_behind_the_sign() {
    assert_eq!(handed_out("//BEGIN REFERENCE\na\n//END REFERENCE\nb\n"), "b\n");
}

#[test]
fn what_is_no_marker_stays() {
    let text = "// BEGIN with 2A\n# END of it\n//! HANDOUT: no\n";
    assert_eq!(handed_out(text), text);
    assert!(!has_markers(text));
    assert!(has_markers("given\n    // END LATER\n"));
}

#[test]
fn no_two_lines_in_a_row_are_blank() {
    let gone = "// BEGIN SOLUTION 2A\nsolution\n// END SOLUTION\n";
    assert_eq!(handed_out(&format!("\none\n\n{gone}\ntwo\n\n{gone}")), "one\n\ntwo\n");
    assert_eq!(handed_out(&format!("one\n\n{gone}{gone}\ntwo")), "one\n\ntwo\n");
    assert_eq!(handed_out(""), "");
}

#[test]
fn a_wrong_marker_is_named_with_its_line() {
    for (text, line, problem) in [
        ("\n// BEGIN SOLUTION 2A\na\n", 2, "SOLUTION has no end"),
        ("a\nb\n// END LATER\n", 3, "ends LATER, which nothing began"),
        (
            "// BEGIN LATER 2A: this\n//   and that\na\n// END SOLUTION\n",
            4,
            "ends SOLUTION, but line 1 began LATER",
        ),
        ("\n// BEGIN REFERENCE\n// BEGIN LATER 2A\n", 3, "nested: line 2 began REFERENCE"),
        ("a\n// BEGIN SOLUTION 9Z: a\n", 2, "there is no part \"9Z\": 2A, 2B, 3A"),
        ("// BEGIN SOLUTION\n", 1, "there is no part \"\": 2A, 2B, 3A"),
        ("// BEGIN SOLUTION 2a\n", 1, "there is no part \"2a\": 2A, 2B, 3A"),
        ("a\nfn b() {} // BEGIN SOLUTION 2A\n", 2, "a marker has a line of its own"),
        ("/// BEGIN SOLUTION 2A\n", 1, "a marker has a line of its own"),
        ("member = 1 # BEGIN REFERENCE\n", 1, "a marker has a line of its own"),
        ("// BEGIN REFERENCE\n} // END REFERENCE\n", 2, "a marker has a line of its own"),
    ] {
        assert_eq!(refused(text), (line, problem.to_owned()), "{text}");
    }
}

#[test]
fn a_wrong_marker_is_refused_even_where_everything_is_filled_in() {
    assert!(filter("// BEGIN SOLUTION 9Z\n// END SOLUTION\n", &through("3A")).is_err());
    assert!(filter("// BEGIN SOLUTION 2A\n", &through("3A")).is_err());
}

/// A piece of a text: a given line, or a region of some lines.
#[derive(Debug, Clone)]
enum Piece {
    Given(String),
    Region { kind: &'static str, part: &'static str, sentence: &'static str, lines: Vec<String> },
}

impl Piece {
    fn marked(&self) -> String {
        match self {
            Piece::Given(line) => format!("{line}\n"),
            Piece::Region { kind, part, sentence, lines } => {
                let begin = format!("// BEGIN {kind} {part}{sentence}");
                let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
                format!("{}\n{lines}// END {kind}\n", begin.trim_end())
            }
        }
    }

    /// Its lines where everything is filled in.
    fn solved(&self) -> String {
        match self {
            Piece::Given(line) => format!("{line}\n"),
            Piece::Region { kind: "REFERENCE", .. } => String::new(),
            Piece::Region { lines, .. } => lines.iter().map(|line| format!("{line}\n")).collect(),
        }
    }
}

/// Lines that tell on themselves: given ones and those of regions have no letter in common.
fn line(letters: &'static str) -> impl Strategy<Value = String> {
    (0..3_usize, letters).prop_map(|(depth, word)| format!("{}{word}", "    ".repeat(depth)))
}

fn piece() -> impl Strategy<Value = Piece> {
    let tasks = (
        prop::sample::select(vec!["SOLUTION", "LATER"]),
        prop::sample::select(vec!["2A", "2B", "3A"]),
        prop::sample::select(vec!["", ": do it", ": do it\n//   all of it"]),
    );
    let begin = prop_oneof![3 => tasks, 1 => Just(("REFERENCE", "", ""))];
    let lines = prop::collection::vec(line("[x-z]{1,9}"), 0..4);
    prop_oneof![
        line("[fn(){]{1,9}").prop_map(Piece::Given),
        (begin, lines).prop_map(|((kind, part, sentence), lines)| Piece::Region {
            kind,
            part,
            sentence,
            lines
        }),
    ]
}

proptest! {
    #[test]
    fn any_text_keeps_what_is_given_and_of_its_regions_all_or_nothing(
        pieces in prop::collection::vec(piece(), 0..12)
    ) {
        let text: String = pieces.iter().map(Piece::marked).collect();
        let solved: String = pieces.iter().map(Piece::solved).collect();
        prop_assert_eq!(filled_in(&text, "3A"), solved);
        let left = handed_out(&text);
        prop_assert!(!has_markers(&left), "{}", left);
        prop_assert!(!left.contains(['x', 'y', 'z']), "{}", left);
        let is_given = |line: &&str| !line.contains("// TODO ") && !line.contains("todo!");
        let given = left.lines().filter(is_given);
        let expected = pieces.iter().filter_map(|piece| match piece {
            Piece::Given(line) => Some(line.as_str()),
            Piece::Region { .. } => None,
        });
        prop_assert!(given.eq(expected), "{}", left);
    }
}
