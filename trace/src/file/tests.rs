//! A file gives back what was written; what cannot be read is named, and nothing before it is lost.

use super::*;
use crate::{Call, EntryTerms, Fact, Failure, Incarnation, Party, What};
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::time::Duration;

fn header() -> Header {
    let test = String::from("backup_2b");
    let (persistence, simulated, kit) = (true, true, String::from("2026.2"));
    Header { test, seed: u64::MAX, servers: 5, persistence, simulated, kit }
}

/// One event of each kind.
fn events() -> Vec<Event> {
    let server = Incarnation { server: 2, number: 3 };
    let mut entry_terms = EntryTerms::new();
    entry_terms.push(4, 12);
    let fact = Fact::AppendEntries {
        term: 4,
        leader: 2,
        previous_index: 7,
        previous_term: 3,
        entry_terms,
        commit: 6,
    };
    let call = Arc::new(Call {
        number: 17,
        from: Some(Party::Server(server)),
        to: Some(1),
        rpc: "Raft.AppendEntries".into(),
        fact: Some(fact),
    });
    let at_server = Incarnation { server: 1, number: 0 };
    let appended = Some(Fact::Appended { term: 4, matched: true });
    let text = String::from("a\n\"step\"");
    let all = vec![
        What::Sent { call: call.clone() },
        What::Planned {
            call: call.clone(),
            request_delay: 0.1,
            reply_delay: 0.2,
            duplicate: Some(0.3),
        },
        What::Arrived { call: call.clone(), arrival: 18, at_server },
        What::Answered { call: call.clone(), arrival: 18, by: at_server, fact: appended.clone() },
        What::Delivered { call: call.clone(), fact: appended },
        What::Failed { call, why: Failure::ReceiverGone },
        What::Started { server },
        What::Crashed { server },
        What::Connected { server: 2 },
        What::Disconnected { server: 2 },
        What::Saved { server, state_bytes: 40, snapshot_bytes: 0 },
        What::Took { server, index: 8, term: 4 },
        What::Restored { server, index: 9 },
        What::Applied { server, index: 8 },
        What::TookSnapshot { server, index: 9 },
        What::AppliedSnapshot { server, index: 9 },
        What::Said { server, term: 4, leads: true },
        What::Called { client: 1, operation: String::from("get \"0\"") },
        What::Returned { client: 1, result: String::new() },
        What::Step { text: text.clone() },
        What::Violated { text: text.clone() },
        What::Logged { server: None, topic: String::from("raft"), text },
    ];
    let event = |(what, number): (What, u64)| Event {
        number,
        at: Duration::from_nanos(86_400_123_456_789 + number),
        thread: (number % 2 == 0).then(|| String::from("S2/ticker")),
        what,
    };
    all.into_iter().zip(1..).map(event).collect()
}

fn written() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::begin(&mut bytes, header(), usize::MAX).expect("memory takes it");
    events().iter().for_each(|event| writer.write(event));
    bytes
}

/// A file with these bytes, removed with this value.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str, bytes: &[u8]) -> Temporary {
        let path = env::temp_dir().join(format!("raftlab-trace-{}-{name}", process::id()));
        fs::write(&path, bytes).expect("the file can be written");
        Temporary(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn read_bytes(name: &str, bytes: &[u8]) -> Result<Trace, String> {
    read(&Temporary::new(name, bytes).0).map_err(|error| error.to_string())
}

#[test]
fn a_file_gives_back_what_was_written() {
    let trace = read_bytes("whole", &written()).expect("it is a trace");
    assert_eq!(trace.header, header());
    assert_eq!(trace.events, events());
    assert_eq!(trace.cut_off, None);
}

#[test]
fn a_file_cut_off_anywhere_gives_every_event_before_that() {
    let bytes = written();
    let first_line = bytes.iter().position(|byte| *byte == b'\n').expect("a first line");
    for end in (first_line + 1)..bytes.len() {
        let whole_lines = bytes[..end].iter().filter(|byte| **byte == b'\n').count();
        let at_a_line = bytes[end - 1] == b'\n' || bytes[end] == b'\n';
        let trace = read_bytes("cut", &bytes[..end]).expect("it begins as a trace");
        let events = trace.events.len();
        assert!(events == whole_lines - 1 || (at_a_line && events == whole_lines), "{end}");
        assert_eq!(trace.cut_off.is_none(), at_a_line, "{end}: {:?}", trace.cut_off);
    }
    let cut = read_bytes("message", &bytes[..bytes.len() - 5]).expect("it begins as a trace");
    let problem = cut.cut_off.expect("it is cut off");
    assert!(problem.starts_with("line 23 is no event ("), "{problem}");
    assert!(problem.ends_with("and 21 events before it were read"), "{problem}");
}

#[test]
fn another_version_and_what_is_no_trace_are_refused() {
    let newer = String::from_utf8(written()).expect("JSON").replacen(":1,", ":2,", 1);
    assert_eq!(
        read_bytes("newer", newer.as_bytes()).expect_err("it is newer"),
        "a trace of version 2; this kit reads version 1: read it with the kit that wrote it"
    );
    for bytes in [&b""[..], b"\n", b"{}", b"  2.290134 S3 raft::election", &[0xff; 9]] {
        let problem = read_bytes("other", bytes).expect_err("it is no trace");
        assert!(problem.starts_with("not a trace: line 1: "), "{problem}");
    }
    let missing = read(Path::new("/no such file")).expect_err("it is not there").to_string();
    assert!(missing.starts_with("No such file"), "{missing}");
}

#[test]
fn a_file_grows_no_further_than_its_limit_and_ends_with_a_whole_line() {
    let mut bytes = Vec::new();
    let mut writer = Writer::begin(&mut bytes, header(), 1000).expect("memory takes it");
    events().iter().for_each(|event| writer.write(event));
    assert!((500..=1000).contains(&bytes.len()), "{}", bytes.len());
    let trace = read_bytes("limit", &bytes).expect("it is a trace");
    assert_eq!(trace.cut_off, None);
    assert_eq!(trace.events[..], events()[..trace.events.len()]);
}
