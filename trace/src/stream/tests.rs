//! Who sees what, in which order, and that a reaction may do what a watcher may not.

use super::*;
use crate::file::{Header, read};
use crate::{Incarnation, What};
use std::sync::atomic::AtomicU64;
use std::{env, fs, process, thread};

static CLOCK: AtomicU64 = AtomicU64::new(0);

fn source() -> Source {
    Source {
        now: || Duration::from_nanos(CLOCK.fetch_add(1, Ordering::Relaxed)),
        thread: || String::from("test"),
    }
}

fn applied(index: u64) -> What {
    What::Applied { server: Incarnation::default(), index }
}

/// Notes what it sees, and records a step in reaction to every third event.
struct Notes {
    stream: Stream,
    seen: Arc<Mutex<Vec<Event>>>,
}

impl Watcher for Notes {
    fn see(&mut self, event: &Event) -> Option<Reaction> {
        self.seen.lock().push(event.clone());
        let stream = self.stream.clone();
        let react = move || stream.record(What::Step { text: String::from("reaction") });
        match event.what {
            What::Applied { index, .. } if index % 3 == 0 => Some(Box::new(react)),
            _ => None,
        }
    }
}

#[test]
fn a_watcher_sees_every_event_in_order_and_its_reactions_come_after() {
    let stream = Stream::new(source());
    let seen = Arc::new(Mutex::new(Vec::new()));
    stream.watch(Notes { stream: stream.clone(), seen: seen.clone() });
    (1..=3).for_each(|index| stream.record(applied(index)));
    let seen = seen.lock();
    assert_eq!(seen.iter().map(|event| event.number).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(seen[3].what, What::Step { text: String::from("reaction") });
    assert!(seen.iter().all(|event| event.thread.is_none()), "no one reads the thread");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "this crate does not stand on labrt")]
fn threads_record_at_a_time_and_times_do_not_decrease() {
    let stream = Stream::new(source());
    stream.keep(usize::MAX);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..1000).for_each(|index| stream.record(applied(index))));
        }
    });
    let events = stream.recent().expect("no one else uses it");
    assert_eq!(events.len(), 4000);
    assert!(events.is_sorted_by_key(|event| event.number));
    assert!(events.is_sorted_by_key(|event| event.at));
}

#[test]
fn the_last_events_are_kept_if_asked_for() {
    let stream = Stream::new(source());
    stream.record(applied(1));
    assert!(!stream.is_kept() && stream.recent().is_some_and(|recent| recent.is_empty()));
    stream.keep(2);
    (2..=4).for_each(|index| stream.record(applied(index)));
    let recent = stream.recent().expect("no one else uses it");
    assert_eq!(
        recent.into_iter().map(|event| event.what).collect::<Vec<_>>(),
        [applied(3), applied(4)]
    );
}

#[test]
fn what_is_written_can_be_read_and_names_the_thread() {
    let path = env::temp_dir().join(format!("raftlab-stream-{}", process::id()));
    let header = Header {
        test: String::new(),
        seed: 1,
        servers: 3,
        persistence: true,
        simulated: false,
        kit: String::new(),
    };
    let out: Box<dyn Write + Send> = Box::new(fs::File::create(&path).expect("it can be written"));
    let stream = Stream::new(source());
    stream.write_to(Writer::begin(out, header, usize::MAX).expect("it can be written"));
    stream.record(applied(1));
    stream.flush();
    let trace = read(&path).expect("it is a trace");
    fs::remove_file(&path).expect("it is there");
    assert_eq!(trace.events.len(), 1);
    assert_eq!(trace.events[0].thread.as_deref(), Some("test"));
}
