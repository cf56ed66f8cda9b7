//! Majorities (5.2, 5.3): the one place that knows how many servers are enough.
//!
//! Elections count votes with it, commitment counts logs, and a leader counts the peers that
//! answer.

/// How many of `servers` are a majority. Any two majorities share a server, which is what the
/// whole protocol rests on.
pub(crate) fn quorum(servers: usize) -> usize {
    servers / 2 + 1
}

// FROM 2A
/// The highest value that a majority has reached, given one value for each server.
pub(crate) fn quorum_value<T: Ord>(values: impl IntoIterator<Item = T>) -> T {
    let mut values: Vec<T> = values.into_iter().collect();
    assert!(!values.is_empty(), "a cluster has at least one server");
    values.sort_unstable();
    let below = values.len() - quorum(values.len());
    values.swap_remove(below)
}

#[cfg(test)]
mod tests;
