//! The numbers of this implementation: how long it waits, and how much it sends at once.

// FROM 2A
use labrt::time::Duration;

/// The longest command that `start` takes.
pub(crate) const COMMAND_BYTES: usize = 1024 * 1024;

// FROM 2A: how often a leader sends heartbeats, and between which two times an election timeout is
//   drawn (5.2). The course allows about ten heartbeats a second to each peer and wants a new
//   leader within five seconds; so choose timeouts well above the paper's 150 to 300 ms

/// A leader lets no peer wait longer than this for word of it (5.2). The course allows about ten
/// heartbeats a second to each peer.
pub(crate) const HEARTBEAT_INTERVAL: Duration = Duration::from_millis(100);

/// No server stands for election sooner than this after it heard from a leader: three heartbeats,
/// so that two lost in a row do not unseat a leader.
pub(crate) const SHORTEST_ELECTION_TIMEOUT: Duration = Duration::from_millis(300);

/// Every server stands for election by then. Twice the shortest spreads the candidates far enough
/// apart that one usually wins before the next one stands (5.2), and leaves time for several
/// elections within the five seconds the tests allow for a new leader.
pub(crate) const LONGEST_ELECTION_TIMEOUT: Duration = Duration::from_millis(600);

/// A leader that no majority has answered for this long steps down: by then the others have had
/// time for two elections. Shorter, and a network that delays replies by seconds would unseat
/// leaders that are followed.
pub(crate) const QUORUM_SILENCE: Duration = LONGEST_ELECTION_TIMEOUT.saturating_mul(2);

// FROM 2B

/// The pause between a message and the next to the same peer when there is no hurry: a lost
/// message is not sent again sooner, so that a network which fails at once is not flooded, and a
/// new commit index waits this long for entries to travel with.
pub(crate) const PAUSE: Duration = Duration::from_millis(10);

/// One AppendEntries carries no more bytes of entries than this (one entry at least), so that a
/// peer far behind is caught up in pieces: the next one goes when the peer has answered, or with
/// the next heartbeat.
pub(crate) const MESSAGE_BYTES: usize = 512 * 1024;
