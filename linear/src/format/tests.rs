use super::*;
use crate::kv::{Action, Operation};
use crate::model::Timed;
use crate::register::Operation::{CompareAndSet, Read, Write};
use proptest::prelude::*;
use std::time::Duration;

/// A history, whatever it is, in words that are equal only if it is.
fn said(history: &AnyHistory) -> String {
    history.write(Format::Json).unwrap_or_else(|error| panic!("{error}"))
}

fn read(text: &str) -> AnyHistory {
    AnyHistory::read(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn problem(text: &str) -> String {
    match AnyHistory::read(text) {
        Ok(history) => panic!("{text} was read as {}", said(&history)),
        Err(malformed) => malformed.to_string(),
    }
}

/// As the checker sees it: with the lines of a file for times.
fn verdict(history: &AnyHistory) -> &'static str {
    history.check(&Limits::default()).verdict.name()
}

#[test]
fn each_format_is_known_by_its_first_line() {
    let porcupine = "\n{:process 0, :type :invoke, :f :get, :key \"k\", :value nil}\n";
    assert_eq!(Format::of(porcupine), Ok(Format::Porcupine));
    assert_eq!(Format::of("INFO  jepsen.util - 0\t:invoke\t:read\tnil"), Ok(Format::Jepsen));
    assert_eq!(Format::of("{\"client\": 1}"), Ok(Format::Json));
    assert_eq!(Format::of("  \n"), Ok(Format::Json));
    assert_eq!(Format::of("\nhello").unwrap_err().line, 2);
}

#[test]
fn a_porcupine_log_is_in_the_order_of_time() {
    let history = read(
        "{:process 0, :type :invoke, :f :append, :key \"k\", :value \"x 0 0 y\"}\n\
         {:process 1, :type :invoke, :f :get, :key \"k\", :value nil}\n\
         {:process 0, :type :ok, :f :append, :key \"k\", :value \"x 0 0 y\"}\n\
         {:process 1, :type :ok, :f :get, :key \"k\", :value \"\"}\n\
         {:process 2, :type :invoke, :f :put, :key \"k\", :value \"z\"}\n",
    );
    assert_eq!(history.len(), 3);
    assert_eq!(verdict(&history), "ok", "the get was called while the append was under way");
    let json = said(&history);
    assert!(json.contains(r#"{"client":2,"call":5,"op":"put","key":"k","value":"z"}"#), "{json}");
}

#[test]
fn a_jepsen_log_tells_what_did_not_happen_and_what_nobody_knows() {
    let history = read(
        "INFO  jepsen.core - hello\n\
         INFO  jepsen.util - 0\t:invoke\t:write\t4\n\
         INFO  jepsen.util - 0\t:info\t:write\t:timed-out\n\
         INFO  jepsen.util - 1\t:invoke\t:write\t5\n\
         INFO  jepsen.util - 1\t:fail\t:write\t5\n\
         INFO  jepsen.util - 2\t:invoke\t:cas\t[4 6]\n\
         INFO  jepsen.util - 2\t:fail\t:cas\t[4 6]\n\
         INFO  jepsen.util - 3\t:invoke\t:read\tnil\n\
         INFO  jepsen.util - 3\t:ok\t:read\t4\n"
            .strip_prefix("INFO  jepsen.core - hello\n")
            .expect("it begins with that"),
    );
    let AnyHistory::Register(register) = &history else { panic!("it is about a register") };
    let operations: Vec<_> =
        register.operations.iter().map(|timed| (timed.operation, timed.returned)).collect();
    let moment = |line| Some(Duration::from_nanos(line));
    let comparison = CompareAndSet { from: 4, to: 6, succeeded: false };
    assert_eq!(operations, [(Write(4), None), (comparison, moment(6)), (Read(Some(4)), moment(8))]);
    assert_eq!(verdict(&history), "ok", "the first write took effect after the comparison");
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let wrong = [
        (
            "{\"client\":1,\"call\":5,\"return\":4,\"op\":\"put\",\"key\":\"k\",\"value\":\"v\"}",
            "line 1: it returns before it is called",
        ),
        ("{\"client\":1,\"call\":5,\"op\":\"swap\"}", "line 1: column"),
        ("{\"client\":1", "line 1: column"),
        (
            "{\"client\":1,\"call\":5,\"op\":\"write\",\"value\":1}\n\
          {\"client\":1,\"call\":5,\"op\":\"put\",\"key\":\"k\",\"value\":\"v\"}",
            "line 2: one history is about keys",
        ),
        (
            "{:process 0, :type :ok, :f :get, :key \"k\", :value \"\"}",
            "line 1: process 0 had not called",
        ),
        (
            "{:process 0, :type :invoke, :f :get, :key \"k\", :value nil}\n\
          {:process 0, :type :invoke, :f :get, :key \"k\", :value nil}",
            "line 2: process 0 has not returned since line 1",
        ),
        (
            "{:process 0, :type :invoke, :f :get, :key \"k\", :value nil}\n\
          {:process 0, :type :ok, :f :get, :key \"other\", :value nil}",
            "line 2: this returns from something else",
        ),
        (
            "{:process zero, :type :invoke, :f :get, :key \"k\", :value nil}",
            "line 1: the process is not a whole number",
        ),
        (
            "{:process 0, :type :begin, :f :get, :key \"k\", :value nil}",
            "line 1: \":begin\" is none of",
        ),
        ("{:process 0}", "line 1: this is not of the form"),
        (
            "INFO  jepsen.util - 0\t:invoke\t:push\t4\nINFO  jepsen.util - 0\t:ok\t:push\t4",
            "line 2: \":push\" is none of",
        ),
        (
            "INFO  jepsen.util - 0\t:invoke\t:write\tfour\nINFO  jepsen.util - 0\t:ok\t:write\tfour",
            "line 2: \"four\" is no value",
        ),
        ("INFO  jepsen.util - nobody", "line 1: this is not of the form"),
    ];
    for (text, expected) in wrong {
        let told = problem(text);
        assert!(told.starts_with(expected), "{told:?} for {text}");
    }
}

#[test]
fn what_a_format_cannot_say_is_refused() {
    let mut keys = kv::History::new();
    let action = Action::Put("a \"quoted\" text");
    let (call, returned) = (Duration::ZERO, None);
    keys.record(Operation { client: 1, key: "k", action, call, returned });
    let keys = AnyHistory::KeyValue(keys);
    assert!(keys.write(Format::Jepsen).is_err());
    let told = keys.write(Format::Porcupine).unwrap_err().to_string();
    assert!(told.starts_with("a Porcupine log cannot hold"), "{told}");
    assert_eq!(said(&read(&said(&keys))), said(&keys));
    let register = AnyHistory::Register(register::History::default());
    assert!(register.write(Format::Porcupine).is_err());
}

/// Operations of a few clients that overlap and wait for ever, and call while they wait.
fn times() -> impl Strategy<Value = (u64, u64, Option<u64>)> {
    (0..3_u64, 0..20_u64, prop::option::weighted(0.8, 0..5_u64))
        .prop_map(|(client, call, took)| (client, call, took.map(|took| call + took)))
}

fn key_value_history() -> impl Strategy<Value = AnyHistory> {
    let operation = (times(), 0..3_u8, "[kl]", "[ab]{0,3}");
    prop::collection::vec(operation, 0..8).prop_map(|operations| {
        let mut history = kv::History::new();
        for ((client, call, returned), kind, key, text) in &operations {
            let action = match kind {
                0 => Action::Get(text),
                1 => Action::Put(text),
                _ => Action::Append(text),
            };
            let (call, returned) =
                (Duration::from_nanos(*call), returned.map(Duration::from_nanos));
            history.record(Operation { client: *client, key, action, call, returned });
        }
        AnyHistory::KeyValue(history)
    })
}

fn register_history() -> impl Strategy<Value = AnyHistory> {
    let operation = (times(), 0..3_u8, 0..3_i64, 0..3_i64, any::<bool>());
    prop::collection::vec(operation, 0..8).prop_map(|operations| {
        let timed = |((client, call, returned), kind, from, to, flag): (_, u8, _, _, bool)| {
            let operation = match kind {
                0 => Read(flag.then_some(from)),
                1 => Write(to),
                _ => CompareAndSet { from, to, succeeded: flag },
            };
            let (call, returned) =
                (Duration::from_nanos(call), Option::map(returned, Duration::from_nanos));
            Timed { client, call, returned, operation }
        };
        let operations = operations.into_iter().map(timed).collect();
        AnyHistory::Register(register::History { operations, counts_lines: false })
    })
}

proptest! {
    /// Nothing is lost in our own format.
    #[test]
    fn json_says_it_all(history in prop_oneof![key_value_history(), register_history()]) {
        let text = said(&history);
        prop_assert_eq!(said(&read(&text)), text);
    }

    /// In the others times are lost, and not who overlapped with whom: the verdict is the same.
    #[test]
    fn other_formats_keep_the_verdict(
        keys in key_value_history(),
        register in register_history(),
    ) {
        for (history, format) in [(keys, Format::Porcupine), (register, Format::Jepsen)] {
            if history.is_empty() {
                continue;
            }
            let text = history.write(format).unwrap();
            if !text.is_empty() {
                prop_assert_eq!(verdict(&read(&text)), verdict(&history), "{}", text);
            }
        }
    }

    /// Whatever a file holds, reading it ends in a history or a complaint.
    #[test]
    fn no_text_is_too_strange(lines in prop::collection::vec(strange_line(), 0..6)) {
        let _ = AnyHistory::read(&lines.concat());
    }
}

/// Lines that are nearly right.
fn strange_line() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "{:process 0, :type :invoke, :f :get, :key \"k\", :value nil}",
        "{:process ",
        "0",
        ", :type ",
        ":ok",
        ", :f :",
        "put",
        ", :key \"",
        "\", :value ",
        "\"",
        "}",
        "INFO  jepsen.util - ",
        "\t",
        ":invoke",
        ":cas",
        "[1 2]",
        "[",
        " ",
        "nil",
        "{\"client\":1,\"call\":2,\"op\":\"get\",",
        "\"key\":\"k\"}",
        "{\"client\":",
        "18446744073709551616",
        "\u{e9}",
        "\n",
    ]);
    prop::collection::vec(words, 0..8).prop_map(|words| words.concat() + "\n")
}
