//! Whether the answer of a server's next incarnation returns to who asked the one before it.

use super::*;
use labrpc::LinkFaults;
use labrt::sim::{Schedule, simulate};
use labrt::thread::sleep;
use labrt::time::Duration;
use labrt::world::Options;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use trace::{Event, Reaction, Watcher};

/// Counts replies to requests that were sent before the first restart, and answered after it.
#[derive(Default)]
struct LateAnswers {
    sent_before: BTreeSet<u64>,
    restarted: Option<Incarnation>,
    answered: BTreeSet<u64>,
    delivered: Arc<AtomicUsize>,
}

impl Watcher for LateAnswers {
    fn see(&mut self, event: &Event) -> Option<Reaction> {
        match &event.what {
            What::Sent { call } if self.restarted.is_none() => {
                self.sent_before.insert(call.number);
            }
            What::Started { server } => self.restarted = Some(*server),
            What::Answered { call, by, .. }
                if self.restarted == Some(*by) && self.sent_before.contains(&call.number) =>
            {
                self.answered.insert(call.number);
            }
            What::Delivered { call, .. } if self.answered.contains(&call.number) => {
                self.delivered.fetch_add(1, Ordering::SeqCst);
            }
            _ => {}
        }
        None
    }
}

/// A follower restarts while requests of the leader are on their way to it.
fn late_answers(outlive: bool) -> usize {
    let options =
        Options { name: "late_answers".to_owned(), seed: 1, time_limit: Duration::from_secs(60) };
    let ended = simulate(options, Schedule::default(), move || {
        let cluster = Cluster::unreliable(3);
        cluster.network().set_reliable(true);
        cluster.network().set_requests_outlive(outlive);
        let leader = cluster.check_one_leader();
        let follower = cluster.after(leader, 1);
        let request_delay = Duration::from_millis(300);
        cluster.set_link(leader, follower, LinkFaults { request_delay, ..LinkFaults::default() });
        let delivered = Arc::default();
        let watcher = LateAnswers { delivered: Arc::clone(&delivered), ..LateAnswers::default() };
        cluster.shared.events.stream().watch(watcher);
        sleep(Duration::from_millis(200));
        cluster.restart(follower);
        sleep(Duration::from_millis(500));
        cluster.finish();
        delivered.load(Ordering::SeqCst)
    });
    ended.result.expect("nothing fails")
}

#[test]
fn the_next_incarnations_answer_returns_where_requests_outlive() {
    assert!(late_answers(true) > 0);
    assert_eq!(late_answers(false), 0);
}
