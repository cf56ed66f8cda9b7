//! Random texts: unique names, and commands of a given size.

use labrt::rand;

/// Characters that are safe in a URL, as the course draws them.
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A random text of so many characters.
pub fn random_text(length: usize) -> String {
    (0..length).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())])).collect()
}
