//! Checks that a value has every element that clients appended, once and in order.
//!
//! A value made by appends alone is a sequence of elements, so it is read once, from left to right.
//! The course searches the whole value for each element instead, which takes the square of the
//! value's length, and does not find text that no client appended.

use crate::difference::excerpt;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

/// What client `client` appends as its `number`th element, counted from 0.
pub fn element(client: usize, number: usize) -> String {
    format!("x {client} {number} y")
}

/// What is wrong with a value that clients appended to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Disorder {
    /// An element is not there, though a later one of its client is.
    Lost {
        /// The element.
        element: String,
    },
    /// An element is not there, nor is a later one of its client.
    Behind {
        /// The element.
        element: String,
    },
    /// An element is there again.
    Duplicated {
        /// The element.
        element: String,
        /// Where it is there again, in bytes.
        place: usize,
    },
    /// An element is there before one that its client appended earlier.
    OutOfOrder {
        /// The element.
        element: String,
        /// The earlier one.
        before: String,
        /// Where the element is, in bytes.
        place: usize,
    },
    /// There is something that no client appended.
    Foreign {
        /// Where, in bytes.
        place: usize,
        /// What is around there.
        excerpt: String,
    },
}

impl fmt::Display for Disorder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Disorder::Lost { element } => write!(formatter, "the append of {element:?} is lost"),
            Disorder::Behind { element } => write!(
                formatter,
                "the append of {element:?} is not there: it is lost, or the read is stale"
            ),
            Disorder::Duplicated { element, place } => {
                write!(formatter, "the append of {element:?} was done twice, again at byte {place}")
            }
            Disorder::OutOfOrder { element, before, place } => write!(
                formatter,
                "appends are out of order: {element:?} is at byte {place}, before {before:?}"
            ),
            Disorder::Foreign { place, excerpt } => {
                write!(formatter, "at byte {place} is text that no client appended: {excerpt}")
            }
        }
    }
}

/// Checks that the value has the elements of these clients, of each so many, once and in
/// the order of their numbers, and nothing else.
pub(crate) fn check_appends(
    value: &str,
    appended: impl IntoIterator<Item = (usize, usize)>,
) -> Result<(), Disorder> {
    let counts = appended.into_iter();
    let mut progress: BTreeMap<usize, Progress> =
        counts.map(|(client, count)| (client, Progress { next: 0, count })).collect();
    let mut place = 0;
    while place < value.len() {
        place += take_element(value, place, &mut progress)?;
    }
    match progress.iter().find(|(_, progress)| progress.next < progress.count) {
        Some((client, progress)) => {
            Err(Disorder::Behind { element: element(*client, progress.next) })
        }
        None => Ok(()),
    }
}

/// Reads the element at this place. Returns how many bytes it has.
fn take_element(
    value: &str,
    place: usize,
    progress: &mut BTreeMap<usize, Progress>,
) -> Result<usize, Disorder> {
    let foreign = || Disorder::Foreign { place, excerpt: excerpt(value, place) };
    // The elements before are text, so this is no character's middle.
    let rest = &value[place..];
    let Element { client, number, length } = read_element(rest).ok_or_else(foreign)?;
    let Progress { next, count } = progress.get_mut(&client).ok_or_else(foreign)?;
    match number.cmp(next) {
        _ if number >= *count => Err(foreign()),
        Ordering::Less => Err(Disorder::Duplicated { element: element(client, number), place }),
        Ordering::Greater => Err(missing(client, number, *next, place, rest)),
        Ordering::Equal => {
            *next += 1;
            Ok(length)
        }
    }
}

/// How far into one client's elements the value has been read.
struct Progress {
    next: usize,
    count: usize,
}

/// At `place`, where `rest` begins, is element `number` of the client, and not `next`, which
/// either comes later or not at all.
fn missing(client: usize, number: usize, next: usize, place: usize, rest: &str) -> Disorder {
    let missing = element(client, next);
    match rest.contains(&missing) {
        true => Disorder::OutOfOrder { element: element(client, number), before: missing, place },
        false => Disorder::Lost { element: missing },
    }
}

#[derive(Clone, Copy)]
struct Element {
    client: usize,
    number: usize,
    /// In bytes.
    length: usize,
}

/// The element that the text begins with.
fn read_element(text: &str) -> Option<Element> {
    let (body, _) = text.strip_prefix("x ")?.split_once(" y")?;
    let (client, number) = body.split_once(' ')?;
    let element = Element {
        client: client.parse().ok()?,
        number: number.parse().ok()?,
        length: "x ".len() + body.len() + " y".len(),
    };
    // Numbers read in other ways than we write them: `+1`, `01`.
    let is_ours = text.starts_with(&self::element(element.client, element.number));
    is_ours.then_some(element)
}

#[cfg(test)]
mod tests;
