//! What the unit tests share: servers without threads (`fixture`), and whole clusters of them under
//! a random scheduler (`random_cluster`).

pub(crate) mod fixture;
mod random_cluster;
