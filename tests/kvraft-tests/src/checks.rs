//! Checks that several scenarios share.

use crate::appends::{Disorder, check_appends};
use crate::cluster::Cluster;

impl Cluster {
    /// Checks that no server's Raft state is larger than this.
    #[track_caller]
    pub fn check_raft_state(&self, most: usize) {
        let size = self.largest_raft_state();
        self.require(size <= most, || {
            format!("snapshots keep the log short: a Raft state has {size} bytes, over {most}")
        });
    }

    /// Checks that the key's value has all that these clients appended to it, of each so many
    /// elements.
    #[track_caller]
    pub fn check_appends(
        &self,
        key: &str,
        value: &str,
        appended: impl IntoIterator<Item = (usize, usize)>,
    ) {
        if let Err(disorder) = check_appends(value, appended) {
            let property = match disorder {
                Disorder::Behind { .. } => "a client reads what was written last",
                _ => "every append is there once and in order",
            };
            let length = value.len();
            self.fail(format!("{property}: key {key:?} has {length} bytes, and {disorder}"));
        }
    }
}
