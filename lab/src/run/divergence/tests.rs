//! The first event that differs is found.

use super::{Divergence, report};

fn diverge(one: &str, other: &str) -> Option<Divergence> {
    Divergence::of(one.as_bytes(), other.as_bytes()).expect("bytes can be read")
}

#[test]
fn the_same_traces_do_not_part() {
    assert_eq!(diverge("", ""), None);
    assert_eq!(diverge("a\nb\n", "a\nb\n"), None);
}

#[test]
fn the_first_event_that_differs_is_told_with_those_before() {
    let text = diverge("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nx\nf\n").expect("e is not x").to_string();
    assert_eq!(
        text,
        "the runs differ at event 5\n  both     b\n  both     c\n  both     d\n  first    e\n  \
         second   x\n"
    );
}

#[test]
fn a_trace_that_ends_early_is_told() {
    let text = diverge("a\n", "a\nb\n").expect("one is longer").to_string();
    assert!(text.ends_with("  first    (is over)\n  second   b\n"), "{text}");
}

#[test]
fn the_usual_suspects_are_named_in_any_case() {
    for divergence in
        [Ok(diverge("a\n", "b\n")), Ok(None), Err(std::io::ErrorKind::NotFound.into())]
    {
        assert!(report(divergence).contains("\n  suspects a HashMap"));
    }
}
