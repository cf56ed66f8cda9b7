//! Misuse panics with a message that names the cause.

use labrpc::{Network, Server};
use labrt::thread;

use crate::setup::{Echo, Elsewhere, Unknown, setup};

#[test]
fn a_second_end_of_a_name_leaves_the_first_as_it_is() {
    let setup = setup();
    let end = setup.end("end");
    let network = setup.network.clone();
    assert!(thread::spawn(move || drop(network.make_end("end"))).join().is_err());
    assert_eq!(end.call(&Echo(1)), Some(1));
    setup.network.enable("end", false);
    assert_eq!(end.call(&Echo(1)), None);
}

#[test]
#[should_panic(expected = "there already is a client end \"end\"")]
fn an_end_is_made_once() {
    let network = Network::with_seed(1);
    network.make_end("end");
    network.make_end("end");
}

#[test]
#[should_panic(expected = "there is no client end \"end\"")]
fn an_end_must_exist() {
    Network::with_seed(1).enable("end", true);
}

#[test]
#[should_panic(expected = "there is no server \"S9\"")]
fn a_count_needs_a_server() {
    let _ = Network::with_seed(1).count("S9");
}

#[test]
#[should_panic(expected = "unknown method in Test.Unknown: the server S0 handles [Test.Block, Te")]
fn an_unknown_method_is_reported_with_the_known_ones() {
    let setup = setup();
    setup.end("end").call(&Unknown);
}

#[test]
#[should_panic(expected = "unknown service in Other.Echo: the server S0 handles [Test.Block, Te")]
fn an_unknown_service_is_reported_with_the_known_ones() {
    let setup = setup();
    setup.end("end").call(&Elsewhere);
}

#[test]
#[should_panic(expected = "this server already has a handler for Test.Echo")]
fn a_second_handler_for_one_name_is_refused() {
    let mut server = Server::new();
    server.on(|Echo(number)| number);
    server.on(|Echo(number)| number + 1);
}
