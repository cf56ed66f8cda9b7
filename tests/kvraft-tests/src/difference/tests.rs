//! Of long values the place where they differ is shown.

use super::*;

fn shown(expected: &str, found: &str) -> String {
    Difference { expected, found }.to_string()
}

#[test]
fn short_values_are_shown_whole() {
    assert_eq!(shown("14", "13"), "expected \"14\", got \"13\"");
    assert_eq!(shown("14", ""), "expected \"14\", got \"\"");
}

#[test]
fn long_values_are_shown_where_they_part() {
    let (one, other) = ("a".repeat(100), "a".repeat(50) + &"b".repeat(50));
    let (same, lacks, has) = ("a".repeat(12), "a".repeat(20), "b".repeat(20));
    assert_eq!(
        shown(&one, &other),
        format!(
            "expected 100 bytes, got 100; from byte 50 on they differ: expected \
             \"...{same}{lacks}...\", got \"...{same}{has}...\""
        )
    );
}

#[test]
fn a_value_that_ends_early_is_shown_at_its_end() {
    let text = "x 1 0 yx 1 1 yx 1 2 yx 1 3 yx 1 4 yx 1 5 y";
    let told = shown(text, &text[..35]);
    assert!(told.starts_with("expected 42 bytes, got 35; from byte 35 on they differ"), "{told}");
    assert!(told.ends_with("got \"...1 3 yx 1 4 y\""), "{told}");
}

#[test]
fn a_cut_through_a_character_harms_nobody() {
    let text = "ä".repeat(100);
    assert!(shown(&text, &text[..100]).contains("got 100; from byte 100 on"));
    assert_eq!(excerpt(&text, 51).matches('ä').count(), 15);
    assert_eq!(excerpt("", 0), "\"\"");
}
