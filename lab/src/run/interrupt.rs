//! Signals that end the runner (Ctrl-C, SIGTERM, SIGHUP): they end every child, then the runner
//! prints the results so far.

use crate::run::process_group::ProcessGroups;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;

/// Which signal asked the runner to end, if one did.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    /// The signal's number; 0 is no signal's. Atomic, as it is set on the signal thread.
    signal: Arc<AtomicI32>,
}

impl Interrupt {
    /// Starts watching for signals on a thread of its own. The first one gives the children up,
    /// with which everything ends by itself; the second one kills them at once; if that does not
    /// help either, a third one ends the runner where it stands, and the terminal does not show
    /// control characters until it is told to again.
    pub fn watch(process_groups: &Arc<ProcessGroups>) -> io::Result<Interrupt> {
        let interrupt = Interrupt::default();
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let (process_groups, noted) = (Arc::clone(process_groups), interrupt.clone());
        thread::Builder::new().name(String::from("signals")).spawn(move || {
            for (signal, before) in signals.forever().zip(0..) {
                noted.signal.store(signal, Ordering::SeqCst);
                match before {
                    0 => process_groups.stop(),
                    1 => process_groups.kill(),
                    _ => process::exit(128 + signal),
                }
            }
        })?;
        Ok(interrupt)
    }

    /// The signal, if one came.
    pub fn signal(&self) -> Option<i32> {
        Some(self.signal.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
    }
}
