//! The report of a violation: the reason, and a table of the operations that prove it.

use crate::explain::Describe;
use crate::shrink::Witness;
use crate::timeline::NEVER;
use std::fmt::Write;

/// The report. Its lines are about as long as a terminal is wide.
pub(crate) fn report<P: Describe>(
    partition: &P,
    witness: &Witness,
    stuck: usize,
    reason: &str,
) -> String {
    let mut report = String::from("not linearizable");
    let key = partition.key();
    if !key.is_empty() {
        let _ = write!(report, ": key {}", quoted(&key));
    }
    let _ = writeln!(report, ", {}", counted(partition.len(), "operation"));
    let _ = writeln!(report, "  {} {reason}", client_and_times(partition, stuck));
    let others = match (partition.len() - witness.operations.len(), witness.until) {
        (0, _) => String::from("These cannot be ordered:"),
        (_, NEVER) => {
            String::from("These cannot be ordered, whenever all other writes took effect:")
        }
        (_, until) => format!(
            "By {} these could not be ordered, whenever all other writes took effect:",
            partition.moment(until)
        ),
    };
    let _ = writeln!(report, "  {others}");
    table(partition, &witness.operations, &mut report);
    report
}

fn client_and_times<P: Describe>(partition: &P, operation: usize) -> String {
    let times = partition.times(operation);
    let call = partition.moment(times.call);
    if times.is_pending() {
        format!("Client {}, since {call}:", partition.client(operation))
    } else {
        let returned = partition.moment(times.returned);
        format!("Client {}, {call} to {returned}:", partition.client(operation))
    }
}

/// How many operations are shown at most: the last ones, if there are more.
const MOST_ROWS: usize = 40;

fn table<P: Describe>(partition: &P, witness: &[usize], report: &mut String) {
    let shown = &witness[witness.len().saturating_sub(MOST_ROWS)..];
    let row = |&operation: &usize| {
        let times = partition.times(operation);
        let returned = match times.is_pending() {
            true => String::from("pending"),
            false => partition.moment(times.returned),
        };
        let client = partition.client(operation).to_string();
        [partition.moment(times.call), returned, client, partition.describe(operation, shown)]
    };
    let heading = ["called", "returned", "client", "operation"].map(String::from);
    let rows: Vec<_> = [heading].into_iter().chain(shown.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let [calls, returns, clients] = [0, 1, 2].map(|column| width(column).unwrap_or(0));
    for [call, returned, client, operation] in &rows {
        let _ = writeln!(
            report,
            "    {call:>calls$}  {returned:>returns$}  {client:>clients$}  {operation}"
        );
    }
    if shown.len() < witness.len() {
        let _ = writeln!(report, "    (after {} earlier)", witness.len() - shown.len());
    }
}

/// A number of things.
pub(crate) fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// A moment of a history: a time, or the number of a line.
pub(crate) fn moment(nanoseconds: u64, counts_lines: bool) -> String {
    if counts_lines { format!("line {nanoseconds}") } else { milliseconds(nanoseconds) }
}

/// A time in milliseconds, to the nanosecond but without trailing zeros.
fn milliseconds(nanoseconds: u64) -> String {
    let text = format!("{}.{:06}", nanoseconds / 1_000_000, nanoseconds % 1_000_000);
    let short = text.trim_end_matches('0');
    let least = text.len() - 3;
    format!("{} ms", &text[..short.len().max(least)])
}

/// A text in quotes, on one line.
pub(crate) fn quoted(text: &str) -> String {
    format!("{text:?}")
}
