//! Something for each term: a sorted vector, for terms come in rising order, and mostly the same or
//! the next one is asked for as before.

#[derive(Debug, Clone)]
pub(crate) struct ByTerm<V> {
    terms: Vec<(u64, V)>,
    /// The place that was asked for last.
    near: usize,
}

impl<V> ByTerm<V> {
    pub(crate) fn new() -> ByTerm<V> {
        ByTerm { terms: Vec::new(), near: 0 }
    }

    pub(crate) fn get(&self, term: u64) -> Option<&V> {
        self.place(term).ok().map(|at| &self.terms[at].1)
    }

    /// What there is for the term, or else what `new` makes.
    pub(crate) fn get_or(&mut self, term: u64, new: impl FnOnce() -> V) -> &mut V {
        let at = match self.place(term) {
            Ok(at) => at,
            Err(at) => {
                self.terms.insert(at, (term, new()));
                at
            }
        };
        self.near = at;
        &mut self.terms[at].1
    }

    /// What there is for this term and the later ones, in order.
    pub(crate) fn from(&mut self, term: u64) -> impl Iterator<Item = &mut V> {
        let at = self.place(term).unwrap_or_else(|at| at);
        self.terms[at..].iter_mut().map(|(_, value)| value)
    }

    /// The nearest terms below and above for which there is something, with that.
    pub(crate) fn neighbours(&self, term: u64) -> [Option<&(u64, V)>; 2] {
        let (below, above) = match self.place(term) {
            Ok(at) => (at, at + 1),
            Err(at) => (at, at),
        };
        [below.checked_sub(1).and_then(|at| self.terms.get(at)), self.terms.get(above)]
    }

    #[inline]
    fn place(&self, term: u64) -> Result<usize, usize> {
        let is_at = |at: usize| self.terms.get(at).is_some_and(|(other, _)| *other == term);
        if is_at(self.near) {
            return Ok(self.near);
        }
        if is_at(self.near + 1) {
            return Ok(self.near + 1);
        }
        match self.terms.last() {
            Some((last, _)) if *last < term => Err(self.terms.len()),
            _ => self.terms.binary_search_by_key(&term, |(term, _)| *term),
        }
    }
}
