//! The kind of a failure: failures whose messages differ only in numbers and quoted texts are
//! alike.

/// A message without its numbers, which includes those in the names of servers, and without the
/// texts in quotes, which are keys and values: messages of one kind are alike. Where a panic was
/// belongs to its kind: many have the same message.
pub fn kind(what: &str) -> String {
    match what.strip_prefix("panicked at ").and_then(|panic| panic.split_once(": ")) {
        Some((place, message)) => format!("panicked at {place}: {}", without_values(message)),
        None => without_values(what),
    }
}

fn without_values(what: &str) -> String {
    // A quote within a quoted text is written with a backslash.
    let unescaped = what.replace("\\\"", "");
    let parts = unescaped.split('"').enumerate();
    let texts = parts.map(|(place, part)| if place % 2 == 0 { part } else { "\"\"" });
    without_numbers(&texts.collect::<String>())
}

fn without_numbers(what: &str) -> String {
    let mut kind = String::with_capacity(what.len());
    let mut in_number = false;
    for character in what.chars() {
        let digit = character.is_ascii_digit();
        if !digit {
            kind.push(character);
        } else if !in_number {
            kind.push('#');
        }
        in_number = digit;
    }
    // So is 3 to 3.5.
    kind.replace("#.#", "#")
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn messages_are_alike_up_to_numbers_and_servers() {
        assert_eq!(kind("two leaders in term 4: S1 and S3"), "two leaders in term #: S# and S#");
        assert_eq!(kind("took 3.5 s"), kind("took 12 s"));
        assert_ne!(kind("two leaders in term 4"), kind("no leader in term 4"));
        assert_eq!(kind(""), "");
        assert_eq!(kind(r#"key "0": got "x 1 \"y" at 7"#), kind(r#"key "13": got "" at 5"#));
        assert_ne!(kind(r#"key "0" is lost"#), kind(r#"key "0" is there twice"#));
        assert_ne!(kind("panicked at lib.rs:4: no 7"), kind("panicked at lib.rs:5: no 7"));
        assert_eq!(kind("panicked at lib.rs:4: no 7"), kind("panicked at lib.rs:4: no 8"));
    }
}
