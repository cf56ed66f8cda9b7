use super::excerpt;

#[test]
fn a_short_value_is_shown_whole() {
    assert_eq!(excerpt(b"x 1 2 y\n", 3), r#""x 1 2 y\n""#);
    assert_eq!(excerpt(b"", 0), r#""""#);
}

#[test]
fn of_a_long_value_the_point_is_in_sight() {
    let value: String = (0..100).map(|number| format!("x {number} y")).collect();
    let point = value.find("x 50 y").unwrap();
    let shown = excerpt(value.as_bytes(), point);
    assert!(shown.contains("x 49 yx 50 y"), "{shown}");
    assert!(shown.starts_with("(") && shown.ends_with(" bytes)"), "{shown}");
    let shown = excerpt(value.as_bytes(), value.len());
    assert!(shown.ends_with("x 99 y\""), "{shown}");
    let shown = excerpt(value.as_bytes(), 0);
    assert!(shown.starts_with("\"x 0 y") && shown.ends_with(" bytes)"), "{shown}");
}

#[test]
fn characters_are_not_torn() {
    let value = "ä".repeat(100);
    for point in 0..=200 {
        assert!(!excerpt(value.as_bytes(), point).contains('\u{FFFD}'));
    }
}
