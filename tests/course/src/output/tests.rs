//! Both ends of an output are kept, and no process is waited for without end.

use super::{BothEnds, Collector};
use std::io::{Write, pipe};
use std::thread;
use std::time::Duration;

#[test]
fn what_fits_is_kept_whole() {
    let mut kept = BothEnds::new(4);
    for piece in ["ab", "cde", "fgh"] {
        kept.push(piece.as_bytes());
    }
    assert_eq!(kept.text(), "abcdefgh");
}

#[test]
fn of_more_both_ends_are_kept() {
    let mut kept = BothEnds::new(4);
    for piece in ["abc", "defgh", "ij", "klmnop"] {
        kept.push(piece.as_bytes());
    }
    assert_eq!(kept.text(), "abcd\n[... 8 bytes left out ...]\nmnop");
}

#[test]
fn the_collector_reads_to_the_end() {
    let (reader, mut writer) = pipe().expect("the system has a pipe");
    let collector = Collector::start(reader);
    let writing = thread::spawn(move || writer.write_all(&[b'x'; 100_000]));
    let text = collector.finish(Duration::from_secs(10)).text();
    writing.join().expect("no panic").expect("the pipe is read");
    assert_eq!(text.len(), 100_000);
}

#[test]
fn the_collector_does_not_wait_for_ever() {
    let (reader, mut writer) = pipe().expect("the system has a pipe");
    let collector = Collector::start(reader);
    writer.write_all(b"so far").expect("the pipe is read");
    let text = collector.finish(Duration::from_millis(200)).text();
    assert!(text.starts_with("so far\n[a process that the test left behind"), "{text}");
    drop(writer);
}
