//! The operations not yet placed, in the order of their calls and in that of their returns.
//!
//! Two doubly linked lists in arrays. A node that is removed keeps its links, so the operation
//! removed last goes back in a few writes (Knuth's dancing links; Wing and Gong's lift and unlift).

/// The time of return of a pending operation.
pub(crate) const NEVER: u64 = u64::MAX;

/// When an operation was called and when it returned, both moments included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    pub call: u64,
    /// [`NEVER`], if it is pending.
    pub returned: u64,
}

impl Times {
    /// Any time, or never.
    pub const ANY: Times = Times { call: 0, returned: NEVER };

    pub fn is_pending(self) -> bool {
        self.returned == NEVER
    }
}

/// The operations not yet placed.
pub(crate) struct Timeline {
    times: Vec<Times>,
    /// The rank of each operation by its return, from 1; ties by number.
    deadline_rank: Vec<u32>,
    by_call: List,
    by_return: List,
}

impl Timeline {
    /// All operations, except those that are left out.
    pub fn new(times: Vec<Times>, is_left_out: impl Fn(usize) -> bool) -> Timeline {
        let by_call = ordered(&times, |times| times.call);
        let by_return = ordered(&times, |times| times.returned);
        let mut deadline_rank = vec![0; times.len()];
        by_return.iter().zip(1..).for_each(|(&operation, rank)| {
            deadline_rank[operation as usize] = rank;
        });
        let left_in = |order: Vec<u32>| {
            let order = order.into_iter().filter(|&operation| !is_left_out(operation as usize));
            List::new(times.len(), order)
        };
        let (by_call, by_return) = (left_in(by_call), left_in(by_return));
        Timeline { times, deadline_rank, by_call, by_return }
    }

    /// How many operations there were.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// The operation that must be placed before all that are called after it has returned.
    pub fn most_urgent(&self) -> Option<usize> {
        self.by_return.first().filter(|&operation| !self.times[operation].is_pending())
    }

    /// The operations that may be placed next: those called before any unplaced one had returned.
    /// In the order of calls.
    pub fn candidates(&self) -> impl Iterator<Item = usize> {
        let deadline = self.by_return.first().map_or(NEVER, |first| self.times[first].returned);
        self.by_call.iter().take_while(move |&operation| self.times[operation].call <= deadline)
    }

    pub fn deadline_rank(&self, operation: usize) -> u32 {
        self.deadline_rank[operation]
    }

    /// Removes an operation that is placed.
    pub fn remove(&mut self, operation: usize) {
        self.by_call.remove(operation);
        self.by_return.remove(operation);
    }

    /// Puts back the operation removed last.
    pub fn put_back(&mut self, operation: usize) {
        self.by_call.put_back(operation);
        self.by_return.put_back(operation);
    }
}

fn ordered(times: &[Times], key: impl Fn(Times) -> u64) -> Vec<u32> {
    let count = u32::try_from(times.len()).expect("there are fewer than 2^32 operations");
    let mut order: Vec<u32> = (0..count).collect();
    order.sort_by_key(|&operation| key(times[operation as usize]));
    order
}

/// A ring of numbers. One more than there are operations marks its beginning and end.
struct List {
    links: Vec<Link>,
}

#[derive(Clone, Copy)]
struct Link {
    previous: u32,
    next: u32,
}

impl List {
    fn new(count: usize, order: impl Iterator<Item = u32>) -> List {
        let end = u32::try_from(count).expect("there are fewer than 2^32 operations");
        let mut links = vec![Link { previous: end, next: end }; count + 1];
        let last = order.fold(end, |previous, next| {
            links[previous as usize].next = next;
            links[next as usize].previous = previous;
            next
        });
        links[last as usize].next = end;
        links[count].previous = last;
        List { links }
    }

    fn first(&self) -> Option<usize> {
        self.after(self.end())
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        std::iter::successors(self.first(), |&number| self.after(number))
    }

    fn after(&self, number: usize) -> Option<usize> {
        let next = self.links[number].next as usize;
        (next != self.end()).then_some(next)
    }

    fn end(&self) -> usize {
        self.links.len() - 1
    }

    fn remove(&mut self, number: usize) {
        let Link { previous, next } = self.links[number];
        self.links[previous as usize].next = next;
        self.links[next as usize].previous = previous;
    }

    fn put_back(&mut self, number: usize) {
        let Link { previous, next } = self.links[number];
        let number = u32::try_from(number).expect("there are fewer than 2^32 operations");
        self.links[previous as usize].next = number;
        self.links[next as usize].previous = number;
    }
}

#[cfg(test)]
mod tests;
