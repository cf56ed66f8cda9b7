//! The think time of simulated clients: the pause between two operations.
//!
//! On the OS a client asks again as soon as it has its answer, and how many operations come
//! together in the course's seconds is a matter of the machine and of the solution: clients and
//! servers compute on the same cores. Under simulation computing takes no time. Without a brake,
//! the clients of Lab 3 would do ten times as much as with the course's own solution, all of it
//! alike, and a seed would take ten times as long. Those of Lab 2 would give a leader that is cut
//! off, and whose log lags by a thousand entries, a thousand commands at one instant: at each of
//! these indexes they see at once that another command was committed. So here, and nowhere else, a
//! simulated client pauses between two operations, for as long as its share of a machine would let
//! it wait: the more clients there are, the longer. On an unreliable network it hardly matters,
//! since messages are late there.

use labrt::rand::{random_bool, random_range};
use labrt::thread::sleep;
use labrt::time::Duration;
use labrt::world;

/// The mean time from an operation's end to the next one's beginning, of any client, on a
/// reliable network: some 250 operations a second, which lies between the course's sample and
/// what Go's solutions come to on two cores.
const SHARE: Duration = Duration::from_millis(4);

/// How often an operation follows at once all the same: bugs hide in what a server still has in
/// hand from the one before.
const AT_ONCE: f64 = 0.25;

/// The think time of each of so many clients.
#[derive(Debug, Clone, Copy)]
pub struct ThinkTime {
    clients: u32,
}

impl ThinkTime {
    /// So many clients share the machine.
    ///
    /// # Panics
    /// If there are more than 2^32.
    #[must_use]
    pub fn of(clients: usize) -> ThinkTime {
        ThinkTime { clients: u32::try_from(clients).expect("there are a few clients") }
    }

    /// The pause between two operations of a client.
    pub fn pause(self) {
        if world::simulated() && !random_bool(AT_ONCE) {
            sleep(random_range(Duration::ZERO..=self.longest()));
        }
    }

    /// The longest pause: twice the mean of those that are made.
    fn longest(self) -> Duration {
        (SHARE * self.clients * 2).div_f64(1.0 - AT_ONCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use labrt::sim::{Schedule, simulate};
    use labrt::time::Instant;
    use labrt::world::Options;

    #[test]
    fn on_the_os_no_client_pauses() {
        let began = Instant::now();
        (0..1000).for_each(|_| ThinkTime::of(1000).pause());
        assert!(began.elapsed() < SHARE * 1000);
    }

    #[test]
    fn simulated_pauses_have_the_clients_share_for_their_mean() {
        let options = Options {
            name: "think_time".to_owned(),
            seed: 1,
            time_limit: Duration::from_secs(3600),
        };
        let ended = simulate(options, Schedule::default(), || {
            let began = Instant::now();
            (0..10_000).for_each(|_| ThinkTime::of(5).pause());
            began.elapsed() / 10_000
        });
        let mean = ended.result.expect("nothing fails");
        assert!(mean.abs_diff(SHARE * 5) < SHARE, "{mean:?}");
    }
}
