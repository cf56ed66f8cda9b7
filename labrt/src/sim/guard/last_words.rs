//! Writes to stderr without allocating or locking: for signal handlers, and beside threads that may
//! hold any lock for ever, stderr's included.

use std::fmt::{self, Write};

/// Writes `text` to stderr, as far as it fits in a few lines. What cannot be written is lost.
pub(super) fn say(text: fmt::Arguments<'_>) {
    let mut words = Words { bytes: [0; 512], length: 0 };
    let _ = words.write_fmt(text);
    words.write();
}

struct Words {
    bytes: [u8; 512],
    length: usize,
}

impl fmt::Write for Words {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = &mut self.bytes[self.length..];
        let fits = text.len().min(room.len());
        room[..fits].copy_from_slice(&text.as_bytes()[..fits]);
        self.length += fits;
        Ok(())
    }
}

impl Words {
    #[cfg(unix)]
    fn write(&self) {
        // SAFETY: so many bytes are there.
        unsafe { libc::write(libc::STDERR_FILENO, self.bytes.as_ptr().cast(), self.length) };
    }

    /// Without a way around stderr's lock.
    #[cfg(not(unix))]
    fn write(&self) {
        let _ = std::io::Write::write_all(&mut std::io::stderr(), &self.bytes[..self.length]);
    }
}
