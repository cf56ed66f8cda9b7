//! What each server may know of commit indexes and snapshots.

#[derive(Debug, Default, Clone)]
struct Server {
    snapshot: u64,
    heard: u64,
    counted: u64,
}

/// Of all servers, in all their incarnations.
#[derive(Debug)]
pub(crate) struct Known {
    servers: Vec<Server>,
}

impl Known {
    pub(crate) fn new(servers: usize) -> Known {
        Known { servers: vec![Server::default(); servers] }
    }

    /// The server took or received a snapshot up to this index.
    pub(crate) fn snapshot_at(&mut self, server: usize, index: u64) {
        self.raise(server, |server| &mut server.snapshot, index);
    }

    /// A leader told the server this commit index.
    pub(crate) fn heard(&mut self, server: usize, commit: u64) {
        self.raise(server, |server| &mut server.heard, commit);
    }

    /// As a leader the server may have committed up to this index by counting.
    pub(crate) fn counted(&mut self, server: usize, index: u64) {
        self.raise(server, |server| &mut server.counted, index);
    }

    /// The last index of the snapshots that the server took or received.
    pub(crate) fn snapshot(&self, server: usize) -> u64 {
        self.servers.get(server).map_or(0, |server| server.snapshot)
    }

    /// Up to where the server may have committed as a leader, or by a snapshot.
    pub(crate) fn committed_alone(&self, server: usize) -> u64 {
        self.servers.get(server).map_or(0, |server| server.snapshot.max(server.counted))
    }

    /// Up to where a leader or a snapshot told the server that all is committed.
    pub(crate) fn told(&self, server: usize) -> u64 {
        self.servers.get(server).map_or(0, |server| server.snapshot.max(server.heard))
    }

    /// Up to where the server may have committed at all.
    pub(crate) fn committed(&self, server: usize) -> u64 {
        self.told(server).max(self.committed_alone(server))
    }

    fn raise(&mut self, server: usize, field: impl Fn(&mut Server) -> &mut u64, to: u64) {
        if let Some(server) = self.servers.get_mut(server) {
            let field = field(server);
            *field = to.max(*field);
        }
    }
}
