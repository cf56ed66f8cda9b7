//! A writer that drops everything after so many bytes, and says so in its last line.

use std::io::{self, Write};

/// Passes on what is written until it has come to a limit.
pub(super) struct Capped<W> {
    to: W,
    limit: usize,
    left: usize,
    is_over: bool,
}

impl<W> Capped<W> {
    /// A writer that passes up to `limit` bytes on.
    pub(super) fn new(to: W, limit: usize) -> Capped<W> {
        Capped { to, limit, left: limit, is_over: false }
    }
}

impl<W: Write> Write for Capped<W> {
    /// What is beyond the limit counts as written.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_over {
            return Ok(bytes.len());
        }
        let fit = bytes.len().min(self.left);
        self.to.write_all(&bytes[..fit])?;
        self.left -= fit;
        if fit < bytes.len() {
            self.is_over = true;
            writeln!(self.to, "\n[the log ends here, after {} bytes]", self.limit)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::Capped;
    use std::io::Write;

    #[test]
    fn a_log_ends_with_a_line_that_says_so() {
        let mut log = Capped::new(Vec::new(), 10);
        for line in ["123456\n", "123456\n", "123456\n"] {
            log.write_all(line.as_bytes()).unwrap();
        }
        let text = String::from_utf8(log.to).unwrap();
        assert_eq!(text, "123456\n123\n[the log ends here, after 10 bytes]\n");
    }
}
