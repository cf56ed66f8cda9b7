//! What the threads of a world are at, for reports: which run, and which wait for what.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use super::{Site, Wait, WaitKind, file_line};
use crate::thread_info::ThreadInfo;
use crate::world::World;

/// What every thread of `world` is at (without one: of all worlds). Those that run come first, for
/// one of them may be what the others wait for; then those that wait for a lock, those of no server
/// (the test's own and its clients, who know what never came), and the rest.
pub(crate) fn report(world: Option<&Arc<World>>) -> String {
    let threads = threads_of(world);
    let runs = |info: &&Arc<ThreadInfo>| info.waits.lock().wait.is_none();
    let (late, running): (Vec<_>, Vec<_>) =
        threads.iter().filter(runs).partition(|info| info.late_until().is_some());
    let names = |what: &str, threads: Vec<&Arc<ThreadInfo>>| {
        let names: Vec<_> =
            threads.iter().map(|info| format!("{info}{}", lateness(info))).collect();
        if names.is_empty() { String::new() } else { format!("  {what}: {}\n", names.join(", ")) }
    };
    let waits = describe_waits(&threads, |_, _| true);
    names("running", running) + &names("can run", late) + &waits
}

/// `, late until 1.234 s`, of a thread that could run.
fn lateness(info: &ThreadInfo) -> String {
    let until = info.late_until();
    until.map_or(String::new(), |until| format!(", late until {:.6} s", until.as_secs_f64()))
}

/// The threads of `world` that have waited for a lock for so long that this may be what is wrong.
pub(crate) fn report_stuck(world: &Arc<World>) -> String {
    const LONG: Duration = Duration::from_millis(500);
    describe_waits(&world.threads(), |wait, lasting| {
        matches!(wait.what, WaitKind::Lock(_)) && lasting > LONG
    })
}

fn threads_of(world: Option<&Arc<World>>) -> Vec<Arc<ThreadInfo>> {
    match world {
        Some(world) => world.threads(),
        None => World::all_threads(),
    }
}

/// A line for each wait. Threads of one name that wait for the same thing share one.
fn describe_waits(threads: &[Arc<ThreadInfo>], which: impl Fn(&Wait, Duration) -> bool) -> String {
    let mut waits: BTreeMap<(Kind, String, String, Site, String), Vec<Times>> = BTreeMap::new();
    for info in threads {
        let slot = info.waits.lock();
        let Some(wait) = &slot.wait else { continue };
        let lasting = info.now().duration_since(wait.since);
        if which(wait, lasting) {
            let woken = if info.late_until().is_some() { ", woken" } else { "" };
            let late = format!("{woken}{}", lateness(info));
            let key = (wait.kind(info), info.to_string(), wait.what.to_string(), wait.site, late);
            waits.entry(key).or_default().push(Times { lasting, limit: wait.limit });
        }
    }
    let mut text = String::new();
    for ((_, name, what, site, late), times) in waits {
        let (name, lasting) = match times.len() {
            1 => (name, "for"),
            count => (format!("{name} (x{count})"), "for up to"),
        };
        let limit = times[0].limit.filter(|_| times.iter().all(|one| one.limit == times[0].limit));
        let limit = limit.map_or(String::new(), |limit| format!(" up to {:.3} s", seconds(limit)));
        let longest = times.iter().map(|one| seconds(one.lasting)).fold(0.0, f64::max);
        let site = file_line(site);
        writeln!(text, "  {name:<28} {what}{limit}, in {site}{late}, {lasting} {longest:.3} s")
            .expect("writing to a string");
    }
    text
}

/// How long a wait has lasted, and may last.
struct Times {
    lasting: Duration,
    limit: Option<Duration>,
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

/// How many threads `world` has (without one: all worlds), and how many of them work for the same
/// server and stand in the same line, of the largest such group. Allocates little beside the list.
pub(crate) fn largest_group(world: Option<&Arc<World>>) -> String {
    let threads = threads_of(world);
    let mut groups: BTreeMap<(Option<&str>, &str, Option<Site>), usize> = BTreeMap::new();
    for info in &threads {
        let slot = info.waits.lock();
        let (doing, site) = match &slot.wait {
            Some(wait) => (wait.what.in_short(), Some(wait.site)),
            None => ("run", None),
        };
        *groups.entry((info.server.as_deref(), doing, site)).or_default() += 1;
    }
    let total = threads.len();
    let Some(((server, doing, site), count)) = groups.into_iter().max_by_key(|(_, count)| *count)
    else {
        return format!("{total} threads");
    };
    let server = server.map_or(String::new(), |server| format!(" work for {server} and"));
    let site = site.map_or(String::new(), |site| format!(", in {}", file_line(site)));
    format!("{count} of {total} threads{server} {doing}{site}")
}

/// The order of waits in a report: what is most likely to explain a hang comes first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Lock,
    OfNoServer,
    Other,
}

impl Wait {
    /// `info` is the thread that waits.
    fn kind(&self, info: &ThreadInfo) -> Kind {
        match self.what {
            WaitKind::Lock(_) => Kind::Lock,
            _ if info.server.is_none() => Kind::OfNoServer,
            _ => Kind::Other,
        }
    }
}
