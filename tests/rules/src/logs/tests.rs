//! Streams that break a rule, and the nearest that do not.

mod any;
mod commits;
mod has;
mod keeps;
mod leader_log;
mod model;
mod own_entries;
mod snapshots;
mod up_to_date;
