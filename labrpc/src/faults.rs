//! The faults of the network: how often messages are lost, late or duplicated, and the random
//! draws that decide it for each call.

use std::time::Duration;

use labrt::rand::mix;
use labrt::sim::Reorder;

/// How often and how badly things go wrong. The course's numbers are the default.
///
/// Delays are drawn in whole milliseconds, evenly from zero up to, but not including, a limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Faults {
    /// Unreliable: each request is late by less than this.
    pub request_delay_limit: Duration,
    /// Unreliable: the share of requests that are lost. No handler runs.
    pub request_loss: f64,
    /// Unreliable: the share of replies that are lost. The handler has run.
    pub reply_loss: f64,
    /// Unreliable: the share of the requests that arrive which arrive a second time, later by a
    /// delay of their own. The first reply counts. The course has none.
    pub duplication: f64,
    /// Long reordering: the share of replies that are late.
    pub reordering: f64,
    /// Long reordering: a late reply is late by at least this.
    pub reorder_delay_base: Duration,
    /// Long reordering: by how much more, at most. Drawn evenly up to a limit that is itself drawn
    /// evenly up to this, so that short delays are frequent.
    pub reorder_delay_spread: Duration,
    /// A call to a server that cannot be reached fails after less than this.
    pub dead_delay_limit: Duration,
    /// The same with long delays on.
    pub long_dead_delay_limit: Duration,
}

impl Default for Faults {
    fn default() -> Faults {
        Faults {
            request_delay_limit: Duration::from_millis(27),
            request_loss: 0.1,
            reply_loss: 0.1,
            duplication: 0.0,
            reordering: 600.0 / 900.0,
            reorder_delay_base: Duration::from_millis(200),
            reorder_delay_spread: Duration::from_millis(2000),
            dead_delay_limit: Duration::from_millis(100),
            long_dead_delay_limit: Duration::from_millis(7000),
        }
    }
}

impl Faults {
    /// # Panics
    /// If a share is not from 0 to 1.
    pub(crate) fn check(&self) {
        check_share("request_loss", self.request_loss);
        check_share("reply_loss", self.reply_loss);
        check_share("duplication", self.duplication);
        check_share("reordering", self.reordering);
    }
}

/// Faults of one link, from one end to its server and back, in addition to the network's. They
/// apply on a reliable network as well, to calls made from then on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LinkFaults {
    /// The share of requests that are lost.
    pub request_loss: f64,
    /// The share of replies that are lost.
    pub reply_loss: f64,
    /// Each request is late by this.
    pub request_delay: Duration,
    /// Each reply is late by this.
    pub reply_delay: Duration,
    /// Nothing passes in this direction.
    pub cut: Option<Cut>,
}

impl LinkFaults {
    /// # Panics
    /// If a share is not from 0 to 1.
    pub(crate) fn check(&self) {
        check_share("request_loss", self.request_loss);
        check_share("reply_loss", self.reply_loss);
    }
}

/// The direction in which a link is cut. The caller gets its `None` as late as from a server that
/// is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Requests do not reach the server.
    Requests,
    /// Replies do not reach the caller, though handlers run.
    Replies,
}

fn check_share(name: &str, share: f64) {
    assert!((0.0..=1.0).contains(&share), "{name} is {share}: it must be from 0 to 1");
}

/// The network's modes when a call is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Modes {
    pub(crate) reliable: bool,
    pub(crate) long_delays: bool,
    pub(crate) long_reordering: bool,
}

/// The faults of one call, all drawn when the call is made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FaultPlan {
    pub(crate) request_delay: Duration,
    pub(crate) request_lost: bool,
    /// The request arrives again, so much later.
    pub(crate) duplicate: Option<Duration>,
    /// If the reply is lost: how long after that the caller gives up.
    pub(crate) reply_lost: Option<Duration>,
    pub(crate) reply_delay: Duration,
}

impl FaultPlan {
    pub(crate) fn draw(
        modes: Modes,
        faults: &Faults,
        link: &LinkFaults,
        dice: &mut Dice,
    ) -> FaultPlan {
        let network_delay = |dice: &mut Dice| match modes.reliable {
            true => Duration::ZERO,
            false => dice.millis_below(faults.request_delay_limit),
        };
        let on_bad = |share| if modes.reliable { 0.0 } else { share };
        let request_delay = network_delay(dice) + link.request_delay;
        let request_lost =
            dice.chance(on_bad(faults.request_loss)) | dice.chance(link.request_loss);
        let duplicate = dice
            .chance(on_bad(faults.duplication))
            .then(|| network_delay(dice) + link.request_delay);
        let reply_lost = dice.chance(on_bad(faults.reply_loss)) | dice.chance(link.reply_loss);
        let reordered = modes.long_reordering && dice.chance(faults.reordering);
        let reorder_delay = if reordered { dice.reorder_delay(faults) } else { Duration::ZERO };
        FaultPlan {
            request_delay,
            request_lost,
            duplicate,
            reply_lost: match link.cut {
                Some(Cut::Replies) => Some(dead_delay(modes, faults, dice)),
                _ => reply_lost.then_some(Duration::ZERO),
            },
            reply_delay: reorder_delay + link.reply_delay,
        }
    }
}

/// The latency of a message under simulation, in microseconds: at least the first, less than the
/// second, on a reliable network too. (On the OS computing takes time; under simulation it does
/// not.)
const LATENCY_MICROS: (u64, u64) = (100, 500);

/// With [`Reorder::Messages`], one message in so many is late by this, in microseconds: by so much,
/// up to so many times doubled. Each octave is as likely as another.
const OVERTAKEN: (u64, u64, u64) = (4, 500, 4);

/// With [`Reorder::Links`], each direction of a link is slower by up to this, in microseconds.
const SLOWER_MICROS: u64 = 3000;

/// The number of a draw for the link itself: no call has it.
const OF_THE_LINK: u64 = u64::MAX;

impl FaultPlan {
    /// Adds what lets messages of a simulation overtake others, on the link of this seed.
    pub(crate) fn add_reordering(&mut self, reorder: Reorder, link_seed: u64, dice: &mut Dice) {
        let [request, reply] = match reorder {
            Reorder::Off => return,
            Reorder::Messages => [dice.overtaken(), dice.overtaken()],
            Reorder::Links => {
                let mut link = Dice::new(link_seed, OF_THE_LINK);
                [link.below(SLOWER_MICROS), link.below(SLOWER_MICROS)]
            }
        };
        self.request_delay += Duration::from_micros(request);
        self.reply_delay += Duration::from_micros(reply);
    }

    /// Adds the latency of each message under simulation.
    pub(crate) fn add_latency(&mut self, dice: &mut Dice) {
        let (least, most) = LATENCY_MICROS;
        let mut latency = || Duration::from_micros(least + dice.below(most - least));
        self.request_delay += latency();
        self.reply_delay += latency();
    }
}

/// How long a call to a server that cannot be reached takes to fail.
pub(crate) fn dead_delay(modes: Modes, faults: &Faults, dice: &mut Dice) -> Duration {
    dice.millis_below(match modes.long_delays {
        true => faults.long_dead_delay_limit,
        false => faults.dead_delay_limit,
    })
}

/// A stream of draws of its own for each call, so that no call changes another's plan.
#[derive(Debug)]
pub(crate) struct Dice {
    key: u64,
    drawn: u64,
}

impl Dice {
    pub(crate) fn new(link_seed: u64, call: u64) -> Dice {
        Dice { key: mix(link_seed, call), drawn: 0 }
    }

    fn next(&mut self) -> u64 {
        self.drawn += 1;
        mix(self.key, self.drawn)
    }

    fn chance(&mut self, probability: f64) -> bool {
        // 53 random bits make an evenly spread number from 0 to 1, without 1.
        let fraction = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        fraction < probability
    }

    fn below(&mut self, limit: u64) -> u64 {
        // 64 bits modulo a limit of thousands: the bias is negligible.
        if limit == 0 { 0 } else { self.next() % limit }
    }

    /// How late a message is that may be overtaken, in microseconds: mostly not at all.
    fn overtaken(&mut self) -> u64 {
        let (one_in, least, octaves) = OVERTAKEN;
        if self.below(one_in) > 0 {
            return 0;
        }
        let from = least << self.below(octaves);
        from + self.below(from)
    }

    fn millis_below(&mut self, limit: Duration) -> Duration {
        Duration::from_millis(self.below(limit.as_millis() as u64))
    }

    fn reorder_delay(&mut self, faults: &Faults) -> Duration {
        let spread = 1 + self.below(faults.reorder_delay_spread.as_millis() as u64);
        faults.reorder_delay_base + Duration::from_millis(self.below(spread))
    }
}

#[cfg(test)]
mod tests;
