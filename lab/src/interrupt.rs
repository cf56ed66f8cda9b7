//! Ctrl-C and its relatives: end every child, then let the runner print what is known.

use crate::children::Children;
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
    pub fn watch(children: &Arc<Children>) -> io::Result<Interrupt> {
        let interrupt = Interrupt::default();
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let (children, noted) = (Arc::clone(children), interrupt.clone());
        thread::Builder::new().name(String::from("signals")).spawn(move || {
            for (signal, before) in signals.forever().zip(0..) {
                noted.signal.store(signal, Ordering::SeqCst);
                match before {
                    0 => children.stop(),
                    1 => children.kill(),
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
