use super::{KEPT_BYTES, Output};
use labrt::time::Duration;
use std::io::{Read, Write, pipe, repeat};

#[test]
fn a_flood_is_cut_in_the_middle() {
    let flood = repeat(b'a').take(10 << 20).chain(&b"the end"[..]);
    let text = Output::collect(flood).text(Duration::from_secs(60));
    assert!(text.len() < 2 * KEPT_BYTES + 100, "{} bytes", text.len());
    assert!(text.contains(" bytes left out ...]\n") && text.ends_with("the end"));
}

#[test]
fn a_pipe_that_stays_open_holds_up_nobody() {
    let (reader, mut writer) = pipe().unwrap();
    writer.write_all(b"so far").unwrap();
    let text = Output::collect(reader).text(Duration::from_millis(200));
    assert_eq!(text, "so far");
    drop(writer);
}
