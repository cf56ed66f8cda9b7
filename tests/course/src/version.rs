//! The version of the kit. A seed does the same again only with the same version.

/// Such as `2026.2`: the workspace's in `Cargo.toml`, without its third number.
pub const VERSION: &str =
    concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));

/// A seed as a failure names it. It does the same again only with this version of the kit, and the
/// same code.
pub fn seed_with_version(seed: u64) -> String {
    format!("{seed} (version {VERSION})")
}

#[test]
fn a_seed_is_named_with_a_year_and_a_release() {
    let named = seed_with_version(7);
    assert_eq!(named, format!("7 (version {VERSION})"));
    let (year, release) = VERSION.split_once('.').expect("two numbers");
    assert!(year.parse::<u32>().is_ok_and(|year| year >= 2026), "{VERSION}");
    assert!(release.parse::<u32>().is_ok_and(|release| release >= 1), "{VERSION}");
}
