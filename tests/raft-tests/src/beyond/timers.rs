//! Who resets the election timer (5.2; figure 2, rules for followers), measured in simulated time
//! against the solution's own habits.
//!
//! How long a follower waits before it stands for election is its author's business. But it is to
//! wait after a granted vote as after a heartbeat, and what it refuses is not to make it wait
//! longer. So each test here first measures, some 24 times, from the last heartbeat to the
//! candidacy; then some twelve times the same in a situation of its own, and compares.
//!
//! # Why no correct solution fails
//!
//! One that treats both alike has gaps of both kinds from one distribution, and each order of their
//! lengths is as likely as any other, whatever the distribution is. A test fails if half of ten
//! gaps or more are beyond all 24 usual ones (below the shortest, or above the longest). Then the
//! five most extreme of 34 are all among those ten: C(10, 5) / C(34, 5), 9 in 10,000 at most. And
//! they must be beyond by a margin, which bounded timeouts hardly reach. With timeouts drawn evenly
//! from 300 to 600 ms, five of ten below three quarters of the shortest of 24: 3 in a billion; a
//! tenth above the longest: 5 in a million (integrated over the shortest, or the longest, of 24).
//!
//! A ticker that sleeps for a random time, then looks whether something was heard since, waits for
//! the rest of one sleep and the whole of the next: never less than its shortest sleep, after a
//! vote as after a heartbeat.

use super::{silent, wait_until};
use crate::{Cluster, ElectionTimers, Gap, Retry, Since, Value};
use harness::{Figures, note};
use labrpc::{Cut, LinkFaults};
use labrt::rand::random_range;
use labrt::thread::sleep;
use labrt::time::Duration;
use labrt::world;
use log::info;
use raft::ServerId;
use std::fmt;

/// Gaps are measured in so many rounds at most; each round gives one to four of them.
const ROUNDS_OF_USUAL: usize = 6;
const MOST_ROUNDS: usize = 8;

/// With fewer gaps nothing is concluded.
const ENOUGH_USUAL: usize = 20;
const ENOUGH: usize = 10;

/// No round of the usual gaps begins later than that after the start of the test.
const LAST_USUAL_ROUND: Duration = Duration::from_secs(50);

/// No round of a situation begins later than that after the start of the test, which has 120 s.
pub const LAST_ROUND: Duration = Duration::from_secs(85);

/// How long a situation may take to come about: several elections.
const PATIENCE: Duration = Duration::from_secs(5);

/// Replies take this long while votes are given, so that the voters are cut off before anyone is
/// elected.
const VOTE_DELAY: Duration = Duration::from_millis(30);

/// Lets what is on its way arrive.
const SETTLE: Duration = Duration::from_millis(6);

/// A cluster whose election timers are watched, and how long they usually are.
struct Measured {
    cluster: Cluster,
    timers: ElectionTimers,
    usual: Lengths,
}

/// Measured lengths, the shortest first.
pub struct Lengths(Vec<Duration>);

/// How many gaps are beyond what is usual, and what is wrong if those are half of all or more.
struct Verdict {
    what: &'static str,
    beyond: String,
    cases: usize,
}

/// A granted vote resets the timer.
pub fn granted_vote(cluster: Cluster) -> Figures {
    measure(cluster, "granted votes", after_vote, |unusual, usual| {
        let limit = usual.shortest() * 3 / 4;
        let cases = unusual.count(|length| length < limit);
        let what = "an election timer is not reset by a granted vote: after one";
        let beyond = format!("less than {:.3} s", limit.as_secs_f64());
        Verdict { what, beyond, cases }
    })
}

/// A refused request for a vote does not reset the timer.
pub fn refused_candidates(cluster: Cluster) -> Figures {
    measure(cluster, "refused votes", while_refusing, |unusual, usual| {
        let what = "an election timer is reset by refused votes: while refusing some";
        too_long(unusual, usual, what)
    })
}

/// Messages of a leader of an earlier term do not reset the timer.
pub fn old_leader(cluster: Cluster) -> Figures {
    measure(cluster, "heartbeats of an earlier term", amid_stale_heartbeats, |unusual, usual| {
        let what = "an election timer is reset by heartbeats of an earlier term: amid those";
        too_long(unusual, usual, what)
    })
}

fn too_long(unusual: &Lengths, usual: &Lengths, what: &'static str) -> Verdict {
    let limit = usual.longest() * 11 / 10;
    let cases = unusual.count(|length| length > limit);
    Verdict { what, beyond: format!("more than {:.3} s", limit.as_secs_f64()), cases }
}

/// Measures the usual gaps, then those of a situation, and fails the test if the verdict is that
/// something is wrong. A situation that does not come about is tried again.
fn measure(
    cluster: Cluster,
    situation: &str,
    round: fn(&Measured) -> Vec<Gap>,
    verdict: fn(&Lengths, &Lengths) -> Verdict,
) -> Figures {
    // Whoever calls a server that is cut off learns it soon, so that all is well again at once.
    cluster.network().set_long_delays(false);
    if !world::simulated() {
        cluster.check_one_leader();
        note("election timers are measured under simulation only (make beyond-2)");
        return cluster.finish();
    }
    let timers = cluster.watch_election_timers();
    let usual = usual_gaps(&cluster, &timers, ROUNDS_OF_USUAL);
    info!(target: "cluster", "after a heartbeat the next candidacy comes after {usual}");
    let measured = Measured { cluster, timers, usual };
    let mut lengths = Vec::new();
    for _ in 0..MOST_ROUNDS {
        if measured.usual.0.len() < ENOUGH_USUAL
            || lengths.len() >= ENOUGH
            || world::elapsed() > LAST_ROUND
        {
            break;
        }
        settle(&measured.cluster, &measured.timers);
        lengths.extend(round(&measured).into_iter().map(|gap| gap.length));
        measured.cluster.fix_links();
        measured.cluster.servers().for_each(|server| measured.cluster.connect(server));
    }
    let Measured { cluster, usual, .. } = measured;
    let unusual = Lengths::new(lengths);
    info!(target: "cluster", "{situation}: the next candidacy comes after {unusual}");
    if unusual.0.len() < ENOUGH {
        note(format!("{situation}: could not measure what they do to the election timer"));
    } else {
        judge(&cluster, &unusual, &usual, &verdict(&unusual, &usual));
    }
    cluster.check_one_leader();
    cluster.finish()
}

fn judge(cluster: &Cluster, unusual: &Lengths, usual: &Lengths, verdict: &Verdict) {
    let (Verdict { what, beyond, cases }, all) = (verdict, unusual.0.len());
    cluster.require(2 * cases < all, || {
        format!(
            "{what} the next candidacy came after {unusual}, after a heartbeat after {usual} (5.2; \
             figure 2, rules for followers)\n  cases      {cases} of {all} took {beyond}; {} usual \
             ones were measured",
            usual.0.len()
        )
    });
}

/// From the last heartbeat to the candidacy of each follower, when all are cut off at some moment
/// between two heartbeats; in so many rounds, if time allows.
pub fn usual_gaps(cluster: &Cluster, timers: &ElectionTimers, rounds: usize) -> Lengths {
    let mut lengths = Vec::new();
    for _ in 0..rounds {
        if world::elapsed() > LAST_USUAL_ROUND {
            break;
        }
        settle(cluster, timers);
        sleep(Duration::from_millis(random_range(0..150)));
        timers.forget_ended();
        cluster.servers().for_each(|server| cluster.disconnect(server));
        wait_until(PATIENCE, || timers.gaps().iter().all(|gap| gap.ended));
        let gaps = timers.gaps();
        let usual = gaps.iter().filter(|gap| gap.ended && gap.since == Since::Heartbeat);
        lengths.extend(usual.map(|gap| gap.length));
        cluster.servers().for_each(|server| cluster.connect(server));
    }
    Lengths::new(lengths)
}

/// Waits until all follow one leader, or so long that something else is wrong.
fn settle(cluster: &Cluster, timers: &ElectionTimers) {
    cluster.check_one_leader();
    wait_until(PATIENCE, || {
        let terms = || cluster.servers().filter_map(|server| timers.follows_in(server));
        let latest = terms().max();
        terms().filter(|term| Some(*term) == latest).count() + 1 >= cluster.size()
    });
}

/// The leader is cut off; as soon as someone has voted for the first candidate, all are, before
/// that one hears of it.
fn after_vote(Measured { cluster, timers, usual }: &Measured) -> Vec<Gap> {
    let leader = cluster.check_one_leader();
    let others = || cluster.others(leader);
    for (from, to) in others().flat_map(|from| others().map(move |to| (from, to))) {
        let late = LinkFaults { reply_delay: VOTE_DELAY, ..LinkFaults::default() };
        cluster.set_link(from, to, late);
    }
    sleep(Duration::from_millis(random_range(0..150)));
    cluster.disconnect(leader);
    wait_until(PATIENCE, || others().any(|server| timers.has_voted(server)));
    sleep(SETTLE);
    timers.forget_ended();
    others().for_each(|server| cluster.disconnect(server));
    sleep(SETTLE);
    let voters: Vec<ServerId> = others().filter(|server| timers.has_voted(*server)).collect();
    wait_for_candidates(timers, &voters, usual);
    let gaps = gaps_of(timers, &voters).filter(|gap| gap.since == Since::Vote);
    gaps.collect()
}

/// Two servers lack what three others have agreed on. The leader of those is cut off, and the two
/// ask its followers for their votes, again and again. Nobody else is reached by anyone.
fn while_refusing(Measured { cluster, timers, usual }: &Measured) -> Vec<Gap> {
    let leader = cluster.check_one_leader();
    let [one, other, behind, far_behind] = [1, 2, 3, 4].map(|steps| cluster.after(leader, steps));
    let (voters, candidates) = ([one, other], [behind, far_behind]);
    candidates.into_iter().for_each(|candidate| cluster.disconnect(candidate));
    cluster.agree_on(Value::random(), 3, Retry::Yes);
    // By then they stand for election.
    sleep(usual.longest() + Duration::from_millis(random_range(0..150)));
    timers.forget_ended();
    cluster.cut_link(one, other);
    cluster.cut_link(behind, far_behind);
    for (voter, candidate) in voters.into_iter().flat_map(|voter| candidates.map(|c| (voter, c))) {
        cluster.set_link(voter, candidate, silent());
    }
    cluster.disconnect(leader);
    candidates.into_iter().for_each(|candidate| cluster.connect(candidate));
    wait_for_candidates(timers, &voters, usual);
    let gaps = gaps_of(timers, &voters).filter(|gap| gap.since == Since::Heartbeat);
    gaps.filter(|gap| gap.refused_votes > 0).collect()
}

/// The leader is cut off, the others elect another and follow it; then its followers hear of
/// nobody but the old one, which does not know of the later term, for it gets no replies. (If it
/// steps down and stands for election itself, a follower that votes for it is not counted.)
fn amid_stale_heartbeats(Measured { cluster, timers, usual }: &Measured) -> Vec<Gap> {
    let old_leader = cluster.check_one_leader();
    let others: [ServerId; 4] = [1, 2, 3, 4].map(|steps| cluster.after(old_leader, steps));
    let before = others.iter().filter_map(|server| timers.follows_in(*server)).max();
    others.iter().for_each(|other| cluster.cut_link(old_leader, *other));
    let follow = |server: &ServerId| timers.follows_in(*server) > before;
    wait_until(PATIENCE, || others.iter().filter(|server| follow(server)).count() == 3);
    let followers: Vec<ServerId> = others.iter().copied().filter(follow).collect();
    sleep(Duration::from_millis(random_range(20..120)));
    timers.forget_ended();
    for (from, to) in others.iter().flat_map(|from| others.map(|to| (*from, to))) {
        cluster.set_link(from, to, silent());
    }
    for follower in &followers {
        let unheard = LinkFaults { cut: Some(Cut::Replies), ..LinkFaults::default() };
        cluster.set_link(old_leader, *follower, unheard);
    }
    wait_for_candidates(timers, &followers, usual);
    let gaps = gaps_of(timers, &followers).filter(|gap| gap.since == Since::Heartbeat);
    gaps.filter(|gap| gap.stale_heartbeats > 0).collect()
}

/// Waits until these servers have stood for election, or long enough to see that they wait too
/// long.
fn wait_for_candidates(timers: &ElectionTimers, servers: &[ServerId], usual: &Lengths) {
    let stood = |server: &ServerId| gaps_of(timers, &[*server]).any(|gap| gap.ended);
    wait_until(usual.longest() * 2, || servers.iter().all(stood));
}

/// The first gap of each of these servers.
fn gaps_of(timers: &ElectionTimers, servers: &[ServerId]) -> impl Iterator<Item = Gap> {
    let gaps = timers.gaps();
    let first = |server: &ServerId| gaps.iter().find(|gap| gap.server == *server).cloned();
    servers.iter().filter_map(first).collect::<Vec<_>>().into_iter()
}

impl Lengths {
    fn new(mut lengths: Vec<Duration>) -> Lengths {
        lengths.sort_unstable();
        Lengths(lengths)
    }

    fn shortest(&self) -> Duration {
        self.0.first().copied().unwrap_or_default()
    }

    fn longest(&self) -> Duration {
        self.0.last().copied().unwrap_or_default()
    }

    /// The middle one; zero if there is none.
    pub fn median(&self) -> Duration {
        self.0.get(self.0.len() / 2).copied().unwrap_or_default()
    }

    fn count(&self, which: impl Fn(Duration) -> bool) -> usize {
        self.0.iter().filter(|length| which(**length)).count()
    }
}

/// `0.021 to 0.310 s (median 0.140 s)`.
impl fmt::Display for Lengths {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [shortest, longest, median] =
            [self.shortest(), self.longest(), self.median()].map(|length| length.as_secs_f64());
        write!(formatter, "{shortest:.3} to {longest:.3} s (median {median:.3} s)")
    }
}
