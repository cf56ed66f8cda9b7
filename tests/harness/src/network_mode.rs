//! Whether the network of a scenario is reliable.

/// Whether the network loses and delays messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkMode {
    /// Every message arrives, at once.
    Reliable,
    /// Requests are late by up to 26 ms; one message in ten is lost.
    Unreliable,
}
