//! Compares the traces of two runs of one seed: finds the first event in which they differ, and
//! lists the usual causes.

use std::collections::VecDeque;
use std::fmt::{self, Write};
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

/// So many events before the first that differs are printed.
const EVENTS_BEFORE: usize = 3;

/// The usual causes.
const SUSPECTS: &str =
    "  suspects a HashMap or HashSet of std that is iterated (BTreeMap has one order)
           a static or a thread-local that keeps something from one seed to the next
           real time, or randomness that is not labrt's
           an address that is printed, compared or hashed
           the arguments of a log line that call labrt: the second run logged everything
";

/// Two traces, compared.
#[derive(Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The last events in common.
    before: Vec<String>,
    /// How many events are in common.
    common: u64,
    /// The next event of either; nothing where the trace is over.
    next: [Option<String>; 2],
}

impl Divergence {
    /// The first difference of the traces in two files; nothing if they are the same.
    pub fn of_files(one: &Path, other: &Path) -> io::Result<Option<Divergence>> {
        Divergence::of(BufReader::new(File::open(one)?), BufReader::new(File::open(other)?))
    }

    fn of(mut one: impl BufRead, mut other: impl BufRead) -> io::Result<Option<Divergence>> {
        let (mut before, mut common) = (VecDeque::new(), 0);
        loop {
            match [next_line(&mut one)?, next_line(&mut other)?] {
                [None, None] => return Ok(None),
                [Some(same), Some(another)] if same == another => {
                    common += 1;
                    before.push_back(same);
                    if before.len() > EVENTS_BEFORE {
                        before.pop_front();
                    }
                }
                next => return Ok(Some(Divergence { before: before.into(), common, next })),
            }
        }
    }
}

fn next_line(trace: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let read = trace.read_until(b'\n', &mut bytes)?;
    Ok((read > 0).then(|| String::from_utf8_lossy(&bytes).trim_end().to_owned()))
}

/// The report of a seed that did two different things.
pub fn report(divergence: io::Result<Option<Divergence>>) -> String {
    let mut text = match divergence {
        Ok(Some(divergence)) => divergence.to_string(),
        Ok(None) => String::from(
            "simulated twice again, the seed did the same: it differs now and then, or only after \
             other seeds\n",
        ),
        Err(error) => format!("the runs' events cannot be compared: {error}\n"),
    };
    text += SUSPECTS;
    text
}

impl fmt::Display for Divergence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Divergence { before, common, next } = self;
        let mut text = format!("the runs differ at event {}\n", common + 1);
        before.iter().for_each(|event| {
            let _ = writeln!(text, "  both     {event}");
        });
        for (label, event) in ["first  ", "second "].into_iter().zip(next) {
            let event = event.as_deref().unwrap_or("(is over)");
            let _ = writeln!(text, "  {label}  {event}");
        }
        formatter.write_str(&text)
    }
}

#[cfg(test)]
mod tests;
