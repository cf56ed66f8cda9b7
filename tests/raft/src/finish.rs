//! The end of a scenario: the last checks, the figures, and an end to all servers.

use super::cluster::Cluster;
use harness::Figures;
use harness::checks::stop_if_failed;

impl Cluster {
    /// Checks what must hold at the end and ends the cluster. Returns the figures of the passed
    /// line.
    #[track_caller]
    pub fn finish(self) -> Figures {
        self.shared.observe_all();
        self.check_nothing_vanished();
        self.check_time();
        let figures = self.figures();
        self.clean_up();
        self.check_time();
        stop_if_failed();
        figures
    }

    fn check_nothing_vanished(&self) {
        let result = {
            let state = self.lock();
            let servers = state.servers.iter().enumerate();
            let live = servers.filter(|(_, server)| server.raft.is_some());
            state.applied.check_all_present(live.map(|(number, _)| number))
        };
        self.shared.hold_to(result);
    }

    fn figures(&self) -> Figures {
        let servers = self.size();
        Figures {
            duration: self.begin.at.elapsed(),
            servers,
            rpcs: self.network.total_count() - self.begin.rpcs,
            bytes: self.network.total_bytes() - self.begin.bytes,
            agreements: self.lock().applied.highest(),
        }
    }

    /// Tells every server and the watcher to end, and closes the network. Waits for nobody.
    fn clean_up(&self) {
        if self.shared.set_finished() {
            return;
        }
        for server in self.servers() {
            let raft = self.lock().servers[server.0].raft.clone();
            if let Some(raft) = raft {
                raft.kill();
            }
        }
        self.network.cleanup();
    }
}

/// Where a scenario fails half-way, nothing runs on.
impl Drop for Cluster {
    fn drop(&mut self) {
        self.clean_up();
    }
}
