//! Many short lists in one allocation (compressed sparse rows).

/// For each number below a bound a list of items.
pub(crate) struct Lists<T> {
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy> Lists<T> {
    /// The lists below `bound`: each pair's second is an item of its first's. Their order is kept.
    pub fn new(bound: usize, mut pairs: Vec<(u32, T)>) -> Lists<T> {
        pairs.sort_by_key(|&(owner, _)| owner);
        let mut starts = vec![0; bound + 1];
        pairs.iter().for_each(|&(owner, _)| starts[owner as usize + 1] += 1);
        for owner in 0..bound {
            starts[owner + 1] += starts[owner];
        }
        Lists { starts, items: pairs.into_iter().map(|(_, item)| item).collect() }
    }

    /// The list of a number.
    pub fn of(&self, owner: u32) -> &[T] {
        let owner = owner as usize;
        &self.items[self.starts[owner] as usize..self.starts[owner + 1] as usize]
    }
}
