//! Something for each term: a sorted vector, for terms come in rising order and mostly the latest
//! is asked for.

#[derive(Debug, Clone)]
pub(crate) struct ByTerm<V> {
    terms: Vec<(u64, V)>,
}

impl<V> ByTerm<V> {
    pub(crate) fn new() -> ByTerm<V> {
        ByTerm { terms: Vec::new() }
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
        &mut self.terms[at].1
    }

    /// With the term just below and the term just above for which there is something.
    #[allow(clippy::type_complexity)]
    pub(crate) fn neighbours(&self, term: u64) -> (Option<&(u64, V)>, Option<&(u64, V)>) {
        let (below, above) = match self.place(term) {
            Ok(at) => (at, at + 1),
            Err(at) => (at, at),
        };
        (below.checked_sub(1).map(|at| &self.terms[at]), self.terms.get(above))
    }

    fn place(&self, term: u64) -> Result<usize, usize> {
        match self.terms.last() {
            None => Err(0),
            Some((last, _)) if *last == term => Ok(self.terms.len() - 1),
            Some((last, _)) if *last < term => Err(self.terms.len()),
            _ => self.terms.binary_search_by_key(&term, |(term, _)| *term),
        }
    }
}
