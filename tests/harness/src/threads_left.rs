//! Notes the threads of servers that were killed and do not end. That fails nothing: figure 2 says
//! nothing of threads. But each life of a server leaves its threads behind.

use crate::note;
use labrt::thread;
use labrt::time::{Duration, Instant};
use labrt::world;

/// How long threads may take to end: a call to a server that is not there takes up to 7 s.
const PATIENCE: Duration = Duration::from_secs(8);

const POLL: Duration = Duration::from_millis(250);

/// So many of them are named.
const NAMED: usize = 4;

/// To be called when all servers have been killed. Under simulation, where it takes no time by the
/// clock; on the OS it does nothing.
pub fn note_threads_left() {
    if !world::simulated() {
        return;
    }
    let began = Instant::now();
    while began.elapsed() < PATIENCE && !world::server_threads().is_empty() {
        thread::sleep(POLL);
    }
    let left = world::server_threads();
    if left.is_empty() {
        return;
    }
    let more = if left.len() > NAMED { ", ..." } else { "" };
    let names = left.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    note(format!(
        "{} threads still run {} s after every server was killed ({names}{more}): kill should end \
         them",
        left.len(),
        PATIENCE.as_secs()
    ));
}
