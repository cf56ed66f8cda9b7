//! All lines have one shape; topics are filtered as `LOG` says.

use super::*;
use ::log::Level;
use labrt::sync::Mutex;
use std::io;
use std::sync::Arc;

/// What was written, for the test to read while the log keeps the writer.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn logged(filter: &str, level: Level, topic: &'static str, message: &'static str) -> String {
    let page = Page::default();
    let log = TestLog::new(filter.parse().unwrap(), page.clone());
    let write = move || {
        let mut record = Record::builder();
        log.log(&record.level(level).target(topic).args(format_args!("{message}")).build());
    };
    thread::Builder::new().name("ticker").server("S3").spawn(write).unwrap().join().unwrap();
    let bytes = page.0.lock().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_line_has_time_server_topic_message_and_thread() {
    let line = logged("raft=debug", Level::Debug, "raft::election", "became candidate");
    assert_eq!(line, "  0.000000 S3 raft::election     became candidate  [ticker]\n");
}

#[test]
fn an_event_is_one_line_whatever_it_holds() {
    let line = logged("trace", Level::Warn, "raft", "two\nlines");
    assert_eq!(line, "  0.000000 S3 raft               warning: two | lines  [ticker]\n");
}

#[test]
fn a_topic_that_was_not_asked_for_is_left_out() {
    assert_eq!(logged("raft=info", Level::Debug, "raft::election", "hidden"), "");
}

#[test]
fn the_longest_rule_that_covers_a_topic_counts() {
    let filter: LogFilter = "warn, raft=info, raft::election=trace".parse().unwrap();
    assert_eq!(filter.level_for("raft::election"), LevelFilter::Trace);
    assert_eq!(filter.level_for("raft::election::ticker"), LevelFilter::Trace);
    assert_eq!(filter.level_for("raft::log"), LevelFilter::Info);
    assert_eq!(filter.level_for("raft_tests"), LevelFilter::Warn);
    assert_eq!(filter.most_verbose(), LevelFilter::Trace);
}

#[test]
fn no_filter_shows_the_steps_of_the_test() {
    assert_eq!("".parse(), Ok(LogFilter::default()));
    assert_eq!(LogFilter::default().level_for("cluster"), LevelFilter::Info);
}

#[test]
fn a_bad_level_is_named_with_the_good_ones() {
    let error = "raft=loud".parse::<LogFilter>().unwrap_err();
    assert!(
        error.starts_with("LOG=raft=loud: \"loud\" is not a level. Levels are off,"),
        "{error}"
    );
}
