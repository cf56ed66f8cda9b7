use super::{AnyHistory, Format};
use crate::kv::{Action, History, Operation};
use crate::limits::Limits;
use crate::model::Timed;
use crate::register;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
struct TestOperation {
    client: u64,
    key: String,
    verb: u8,
    text: String,
    call: u64,
    returned: Option<u64>,
}

fn operations(text: &'static str) -> impl Strategy<Value = TestOperation> {
    let times = (0..1000_u64, prop::option::weighted(0.8, 0..100_u64));
    (0..4_u64, "[a-c]", 0..3_u8, text, times).prop_map(
        |(client, key, verb, text, (call, length))| {
            let returned = length.map(|length| call + length);
            let text = if verb == 0 && returned.is_none() { String::new() } else { text };
            TestOperation { client, key, verb, text, call, returned }
        },
    )
}

fn history(operations: &[TestOperation]) -> AnyHistory {
    let mut history = History::new();
    for operations in operations {
        let action = match operations.verb {
            0 => Action::Get(&operations.text),
            1 => Action::Put(&operations.text),
            _ => Action::Append(&operations.text),
        };
        let (call, returned) =
            (Duration::from_nanos(operations.call), operations.returned.map(Duration::from_nanos));
        history.record(Operation {
            client: operations.client,
            key: &operations.key,
            action,
            call,
            returned,
        });
    }
    AnyHistory::KeyValue(history)
}

fn operations_of(history: &AnyHistory) -> Vec<TestOperation> {
    let AnyHistory::KeyValue(history) = history else { panic!("this is about keys") };
    let mut operations = Vec::new();
    history.for_each(|operation| {
        let (verb, text) = match operation.action {
            Action::Get(text) => (0, text),
            Action::Put(text) => (1, text),
            Action::Append(text) => (2, text),
        };
        operations.push(TestOperation {
            client: operation.client,
            key: operation.key.to_owned(),
            verb,
            text: text.to_owned(),
            call: operation.call.as_nanos() as u64,
            returned: operation.returned.map(|returned| returned.as_nanos() as u64),
        });
    });
    operations
}

fn read(text: &str) -> AnyHistory {
    AnyHistory::read(text).unwrap_or_else(|malformed| panic!("{malformed} of\n{text}"))
}

fn complaint(text: &str) -> String {
    match AnyHistory::read(text) {
        Ok(_) => panic!("this is malformed:\n{text}"),
        Err(malformed) => malformed.to_string(),
    }
}

/// What lines are made of.
const PIECES: &[&str] = &[
    "{:process ",
    "{\"client\":",
    "INFO  jepsen.util - ",
    "0",
    "7",
    ", :type :",
    "invoke",
    ":invoke",
    "ok",
    ":ok",
    "\t",
    ", :f :get",
    ", :key \"",
    "\", :value nil",
    "}",
    "\n",
    "\"",
    "[1 2]",
    "é",
    ":cas",
    ":read",
];

proptest! {
    #[test]
    fn json_holds_any_history(records in prop::collection::vec(operations(".{0,9}"), 0..20)) {
        let text = history(&records).write(Format::Json).unwrap();
        prop_assert_eq!(operations_of(&read(&text)), records);
    }

    #[test]
    fn a_porcupine_log_has_the_same_verdict(
        records in prop::collection::vec(operations("[ab]{0,2}"), 0..9),
    ) {
        let ours = history(&records);
        let theirs = read(&ours.write(Format::Porcupine).unwrap());
        let verdict = |history: &AnyHistory| history.check(&Limits::default()).verdict.is_ok();
        prop_assert_eq!(verdict(&ours), verdict(&theirs));
        let again = read(&theirs.write(Format::Porcupine).unwrap());
        prop_assert_eq!(verdict(&ours), verdict(&again));
    }

    #[test]
    fn any_text_is_parsed_or_refused(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..20),
    ) {
        let _ = AnyHistory::read(&pieces.concat()).map(|history| history.check(&Limits::default()));
    }
}

fn register_log() -> register::History {
    let timed = |client, call, returned: Option<u64>, operation| Timed {
        client,
        call: Duration::from_nanos(call),
        returned: returned.map(Duration::from_nanos),
        operation,
    };
    use register::Operation::{CompareAndSet, Read, Write};
    let cas = |succeeded| CompareAndSet { from: 3, to: 4, succeeded };
    let operations = vec![
        timed(0, 1, Some(2), Read(None)),
        timed(1, 3, Some(4), Write(3)),
        timed(2, 5, Some(8), cas(true)),
        timed(3, 6, Some(7), cas(false)),
        timed(4, 9, None, cas(false)),
        timed(0, 10, Some(11), Read(Some(-4))),
    ];
    register::History { operations, counts_lines: true }
}

#[test]
fn registers_go_through_json_and_jepsen() {
    let log = register_log();
    for format in [Format::Json, Format::Jepsen] {
        let text = AnyHistory::Register(log.clone()).write(format).unwrap();
        let AnyHistory::Register(mut again) = read(&text) else { panic!("this is a register") };
        again.operations.sort_by_key(|timed| timed.call);
        assert_eq!(again.operations, log.operations, "{text}");
    }
}

#[test]
fn an_unknown_outcome_is_pending_and_a_failure_did_not_happen() {
    let log = "INFO  jepsen.util - 0\t:invoke\t:write\t1\nINFO  jepsen.core - a word\n\
               INFO  jepsen.util - 0\t:fail\t:write\t1\nINFO  jepsen.util - 1\t:invoke\t:write\t2\n\
               INFO  jepsen.util - 1\t:info\t:write\t:timed-out\n\
               INFO  jepsen.util - 2\t:invoke\t:cas\t[5 6]\n\
               INFO  jepsen.util - 2\t:fail\t:cas\t[5 6]\n";
    let AnyHistory::Register(history) = read(log) else { panic!("this is a register") };
    let found: Vec<_> =
        history.operations.iter().map(|timed| (timed.operation, timed.returned)).collect();
    let failed = register::Operation::CompareAndSet { from: 5, to: 6, succeeded: false };
    let line_7 = Some(Duration::from_nanos(7));
    assert_eq!(found, [(register::Operation::Write(2), None), (failed, line_7)]);
}

#[test]
fn what_never_returned_in_a_log_is_pending() {
    let log = "{:process 4, :type :invoke, :f :append, :key \"k\", :value \"x\"}\n\
               {:process 5, :type :invoke, :f :get, :key \"k\", :value nil}\n";
    let operations = operations_of(&read(log));
    assert!(operations.iter().all(|operations| operations.returned.is_none()));
    assert_eq!(
        (operations[0].client, operations[0].text.as_str(), operations[0].call),
        (4, "x", 1)
    );
}

#[test]
fn a_file_without_lines_is_a_history_without_operations() {
    assert!(read("\n  \n").is_empty());
}

#[test]
fn a_malformed_line_is_reported_with_its_number() {
    let invoke = "{:process 0, :type :invoke, :f :get, :key \"k\", :value nil}\n";
    for (text, expected) in [
        ("hello", "line 1: unknown format: expected"),
        ("\n{\"client\":1}", "line 2: column 12: missing field `call`"),
        (
            "{\"client\":1,\"call\":5,\"op\":\"put\",\"key\":\"k\"}",
            "line 1: column 42: missing field `value`",
        ),
        (
            "{\"client\":1,\"call\":5,\"return\":4,\"op\":\"read\"}",
            "line 1: the operation returns before it is called",
        ),
        (&format!("{invoke}{{:process 0}}"), "line 2: expected the form {:process 0, :type"),
        (
            &format!("{invoke}{invoke}"),
            "line 2: process 0 calls before its call in line 1 has returned",
        ),
        (&invoke.replace(":invoke", ":ok"), "line 1: process 0 returns without a call"),
        (&invoke.replace(":invoke", ":maybe"), "line 1: unknown event \":maybe\" (must be :invoke"),
        (&invoke.replace(":get", ":pop"), "line 1: unknown operation \"pop\" (must be get"),
        (&invoke.replace("process 0", "process zero"), "line 1: the process must be a whole"),
        ("INFO  jepsen.util - 0 :invoke", "line 1: expected process"),
        ("INFO  jepsen.util - 0\t:invoke\t:write\tx", "line 1: invalid value \"x\" of a :write"),
        (
            "INFO  jepsen.util - 0\t:invoke\t:pop\t1",
            "line 1: unknown operation \":pop\" (must be :read",
        ),
    ] {
        let found = complaint(text);
        assert!(found.starts_with(expected), "{text}\n{found}");
    }
    let both = "{\"client\":1,\"call\":1,\"op\":\"write\",\"value\":1}\n\
                {\"client\":1,\"call\":1,\"op\":\"get\",\"key\":\"k\"}";
    assert!(complaint(both).starts_with("line 2: operations on keys"));
}

#[test]
fn overlapping_operations_of_the_last_client_get_processes_of_their_own() {
    let put = |client: u64, call: u64, returned: u64| {
        format!(
            "{{\"client\":{client},\"call\":{call},\"return\":{returned},\"op\":\"put\",\
             \"key\":\"k\",\"value\":\"v\"}}\n"
        )
    };
    let json = [put(u64::MAX, 0, 9), put(u64::MAX, 1, 8), put(0, 2, 7)].concat();
    let log = read(&json).write(Format::Porcupine).unwrap();
    let processes: BTreeSet<u64> = operations_of(&read(&log)).iter().map(|op| op.client).collect();
    assert_eq!(processes, BTreeSet::from([0, 1, u64::MAX]));
}

#[test]
fn what_a_format_cannot_represent_is_refused() {
    let write = |text: &str, format| {
        let operations =
            TestOperation { text: text.to_owned(), verb: 1, ..operations_of(&read(PUT)).remove(0) };
        history(&[operations]).write(format).map_err(|problem| problem.to_string())
    };
    assert!(write("a\"b", Format::Porcupine).is_err_and(|problem| problem.contains("quotes")));
    assert!(write("a", Format::Porcupine).is_ok());
    let key = PUT.replace("\"k\"", "\"k\\n\"");
    let refused = read(&key).write(Format::Porcupine).unwrap_err().to_string();
    assert!(refused.ends_with(r#"line ends: "k\n""#), "{refused}");
    assert!(write("a", Format::Jepsen).is_err());
    assert!(AnyHistory::Register(register_log()).write(Format::Porcupine).is_err());
}

const PUT: &str =
    "{\"client\":1,\"call\":1,\"return\":2,\"op\":\"put\",\"key\":\"k\",\"value\":\"v\"}";
