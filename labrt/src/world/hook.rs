//! The panic hook: a panic in any thread of a world ends its test, before anything unwinds.

use std::any::Any;
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::sync::{Arc, Once};

use super::{FailureKind, World};
use crate::runtime::current_sim;
use crate::sim::engine::Kill;
use crate::thread_info::ThreadInfo;
use crate::wait::file_line;

/// Of panics that come while others unwind, at most so many are printed: a thread may catch one
/// after another.
const MAX_PRINTED: usize = 10;

/// Lets a panic in a thread of a world end its test; other panics go to the hook before this one.
pub(super) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| match &ThreadInfo::current().world {
            Some(world) => world.panicked(info),
            None => previous(info),
        }));
    });
}

impl World {
    fn panicked(self: &Arc<World>, info: &PanicHookInfo<'_>) {
        let (message, place) = (panic_message(info.payload()), info.location().map(file_line));
        let again = match current_sim() {
            Some(sim) => sim.unwinds(),
            None => self.failure().is_some(),
        };
        if again {
            self.print_another(&message, place.as_deref().unwrap_or("an unknown place"));
        }
        self.fail_here(FailureKind::Panic, message, place);
    }

    /// If a panic comes while another unwinds, the process may abort before it is reported. So it
    /// is printed here, perhaps for the second time.
    fn print_another(&self, message: &str, at: &str) {
        let (earlier, printed) = {
            let mut end = self.end.lock();
            end.printed += 1;
            (end.failure.clone().filter(|_| end.printed == 1), end.printed)
        };
        if printed > MAX_PRINTED {
            return;
        }
        let earlier = earlier.map(|earlier| earlier.to_string()).unwrap_or_default();
        let (who, elapsed) = (ThreadInfo::current(), self.elapsed().as_secs_f64());
        // Not `eprintln`, which panics if stderr is closed.
        let _ = writeln!(
            io::stderr(),
            "{earlier}then {who} panicked while it unwound, after {elapsed:.3} s: {message}, \
             at {at}"
        );
    }
}

/// A thread has ended in a panic. The hook has reported it, unless the panic bypassed the hook (as
/// `resume_unwind` does).
pub(crate) fn report_panic(payload: &(dyn Any + Send)) {
    // In a world that ends, this is what unwinds its threads; elsewhere it is an ordinary panic.
    if payload.is::<Kill>() && current_sim().is_some_and(|sim| sim.is_ending()) {
        return;
    }
    if let Some(world) = &ThreadInfo::current().world {
        world.fail_here(FailureKind::Panic, panic_message(payload), None);
    }
}

fn panic_message(payload: &dyn Any) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "(a panic whose payload is no text)".into())
}
