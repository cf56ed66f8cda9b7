//! A panic in any thread of a world, seen before anything unwinds.

use std::any::Any;
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::sync::{Arc, Once};

use super::{FailureKind, World};
use crate::record::Record;
use crate::runtime::current_sim;
use crate::sim::core::Kill;
use crate::wait::place;

/// Of panics that come while others unwind, so many are told: some threads catch one after another.
const TOLD_AT_MOST: usize = 10;

/// Lets a panic in a thread of a world end its test; others are left to the hook there was.
pub(super) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| match &Record::current().world {
            Some(world) => world.panicked(info),
            None => previous(info),
        }));
    });
}

impl World {
    fn panicked(self: &Arc<World>, info: &PanicHookInfo<'_>) {
        let (message, place) = (panic_message(info.payload()), info.location().map(place));
        let again = match current_sim() {
            Some(sim) => sim.unwinds(),
            None => self.failure().is_some(),
        };
        if again {
            self.tell_another(&message, place.as_deref().unwrap_or("an unknown place"));
        }
        self.fail_here(FailureKind::Panic, message, place);
    }

    /// If a panic comes while another unwinds, the process aborts before anyone can tell. So it is
    /// told here, at the risk of telling it twice.
    fn tell_another(&self, message: &str, at: &str) {
        let (earlier, told) = {
            let mut end = self.end.lock();
            end.told += 1;
            (end.failure.clone().filter(|_| end.told == 1), end.told)
        };
        if told > TOLD_AT_MOST {
            return;
        }
        let earlier = earlier.map(|earlier| earlier.to_string()).unwrap_or_default();
        let (who, elapsed) = (Record::current(), self.elapsed().as_secs_f64());
        // Not `eprintln`, which panics if nobody reads.
        let _ = writeln!(
            io::stderr(),
            "{earlier}then {who} panicked while it unwound, after {elapsed:.3} s: {message}, \
             at {at}"
        );
    }
}

/// A thread has ended in a panic. The hook has told it, unless the panic passed it by (as
/// `resume_unwind` does).
pub(crate) fn report_panic(payload: &(dyn Any + Send)) {
    // What unwinds the threads of a world that ends; in any other it strays.
    if payload.is::<Kill>() && current_sim().is_some_and(|sim| sim.is_ending()) {
        return;
    }
    if let Some(world) = &Record::current().world {
        world.fail_here(FailureKind::Panic, panic_message(payload), None);
    }
}

fn panic_message(payload: &dyn Any) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "(a panic whose payload is no text)".into())
}
