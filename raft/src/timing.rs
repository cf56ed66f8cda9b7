//! How long this implementation waits: heartbeats, election timeouts, pauses.

// FROM 2A
use labrt::time::Duration;

// FROM 2A: how often a leader sends heartbeats, and between which two times an election timeout is
//   drawn (5.2). The course allows about ten heartbeats a second to each peer and wants a new
//   leader within five seconds; so choose timeouts well above the paper's 150 to 300 ms

/// The longest time between two messages of a leader to the same peer (5.2). The course allows
/// about ten heartbeats a second to each peer.
pub(crate) const HEARTBEAT_INTERVAL: Duration = Duration::from_millis(100);

/// No server starts an election sooner than this after a message of its leader: three heartbeats,
/// so that two lost in a row do not unseat a leader.
pub(crate) const SHORTEST_ELECTION_TIMEOUT: Duration = Duration::from_millis(300);

/// Every server starts an election by then. Twice the shortest spreads the candidates far enough
/// apart that one usually wins before the next one starts (5.2), and leaves time for several
/// elections within the five seconds the tests allow for a new leader.
pub(crate) const LONGEST_ELECTION_TIMEOUT: Duration = Duration::from_millis(600);

/// A leader that no majority has answered for this long steps down (CheckQuorum): by then the
/// others have had time for two elections. Shorter, and a network that delays replies by seconds
/// would unseat leaders that have followers.
pub(crate) const QUORUM_TIMEOUT: Duration = LONGEST_ELECTION_TIMEOUT.saturating_mul(2);

// FROM 2B

/// The pause between two messages to the same peer when the second is not urgent: lost entries are
/// not sent again sooner, so that a network which fails at once is not flooded, and a new commit
/// index waits this long for entries to travel with.
pub(crate) const PAUSE: Duration = Duration::from_millis(10);
