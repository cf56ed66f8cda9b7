//! Keeps the terminal from writing `^C` into the live display, which would move the cursor and
//! shift what is erased later by a line.

use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};
use std::io::stderr;

/// As long as this lives, control characters are not shown as they are typed.
#[derive(Debug)]
pub struct Quiet {
    before: Termios,
}

impl Quiet {
    /// Nothing if the terminal is not ours to set.
    pub fn begin() -> Option<Quiet> {
        let before = tcgetattr(stderr()).ok()?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHOCTL);
        set(&quiet);
        Some(Quiet { before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        set(&self.before);
    }
}

fn set(settings: &Termios) {
    // A process in the background would be stopped for trying.
    if tcgetpgrp(stderr()).is_ok_and(|foreground| foreground == getpgrp()) {
        // What cannot be set only looks worse.
        let _ = tcsetattr(stderr(), OptionalActions::Now, settings);
    }
}
