//! Each wrong mark is refused with its line and what is wrong.

use super::*;

#[test]
fn a_wrong_mark_is_named_with_its_line() {
    let plain = "a mark is a plain comment on a line of its own";
    let misspelt = "a mark begins with TASK or FROM in capitals, then a space and the part";
    for (text, line, problem) in [
        ("fn a() {\n    // Task 2A: b\n    c();\n}\n", 2, misspelt),
        ("// FROM2B: a\nfn a() {}\n", 1, misspelt),
        (
            "fn a() {\n    b();\n    // TASK 2A: c\n    d();\n}\n",
            3,
            "TASK is not first in its function's body",
        ),
        (
            "\nstruct A {\n    // TASK 2A: c\n    d: u8,\n}\n",
            3,
            "TASK stands in no function's body: FROM marks fields and items",
        ),
        ("fn a() {\n    // TASK 2A\n    d();\n}\n", 2, "TASK has no sentence"),
        (
            "fn a() {\n    // TASK 2B: c\n    b();\n    // FROM 2A\n    d();\n}\n",
            4,
            "2A is no later part than 2B, whose mark in line 2 covers this",
        ),
        (
            "fn a() {\n    // TASK 2A: c\n    // FROM 2A\n    d();\n}\n",
            3,
            "2A is no later part than 2A, whose mark in line 2 covers this",
        ),
        ("struct A {\n    b: u8,\n    // FROM 2A\n}\n", 3, "the mark covers nothing"),
        ("fn a() {\n    // TASK 2A: b\n    // a comment\n}\n", 2, "the mark covers nothing"),
        ("\n// FROM 2A\n// FROM 2B\nfn a() {}\n", 2, "the mark covers nothing"),
        ("\n// FROM 2A\n// only said\n\nfn a() {}\n", 2, "the mark covers nothing"),
        ("a\n// FROM 9Z: a\nb\n", 2, "there is no part \"9Z\"; the parts are 2A, 2B, 3A"),
        ("a\n// FROM\nb\n", 2, "there is no part \"\"; the parts are 2A, 2B, 3A"),
        ("a\n// FROM 2a\nb\n", 2, "there is no part \"2a\"; the parts are 2A, 2B, 3A"),
        ("a\n// FROM 2A here\nb\n", 2, "there is no part \"2A here\"; the parts are 2A, 2B, 3A"),
        ("a\nfn b() {} // FROM 2A\n", 2, plain),
        ("a\n/// FROM 2A\nfn b() {}\n", 2, plain),
        ("//! TASK 2A: b\n", 1, plain),
        ("a;\n/* FROM 2A: b */\nfn b() {}\n", 2, plain),
        (
            "fn a() {\n    // TASK 2A: b\n    c(); }\n",
            3,
            "what the mark in line 2 covers ends in the middle of this line",
        ),
        (
            "a(b, {\n    // FROM 2A\n    c(\n)})\n",
            4,
            "what the mark in line 2 covers ends in the middle of this line",
        ),
    ] {
        assert_eq!(refused(text), (line, problem.to_owned()), "{text}");
    }
}
