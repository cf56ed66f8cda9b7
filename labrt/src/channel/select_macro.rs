//! `select!`, for receives. Mirrors `crossbeam_channel::select!`.

/// Waits until one of several channels has a message, and runs what belongs to it. Each receive
/// gives a `Result`, as [`Receiver::recv`](crate::channel::Receiver::recv) does: a channel
/// whose senders are all gone is ready, too. Of several that are ready one is taken by chance.
///
/// With `default => ..` it does not wait, and with `default(limit) => ..` for no longer than that.
/// Sends are left to [`Select`](crate::channel::Select).
///
/// ```
/// use labrt::channel::{never, select, unbounded};
/// use labrt::time::Duration;
///
/// let (sender, numbers) = unbounded::<u32>();
/// let stop = never::<()>();
/// sender.send(7).unwrap();
/// let got = select! {
///     recv(numbers) -> number => number.ok(),
///     recv(stop) -> _ => None,
///     default(Duration::from_secs(1)) => None,
/// };
/// assert_eq!(got, Some(7));
/// ```
#[macro_export]
macro_rules! select {
    // Parses the arms one by one. Each receiver is looked at once, and borrowed by a variable of
    // its own: names that different calls of a macro bring in differ, though they are spelt alike.
    (
        @arms $wait:tt [$($done:tt)*]
        recv($receiver:expr) -> $message:pat => $body:block, $($rest:tt)*
    ) => {
        $crate::select!(@receive $wait [$($done)*] ($receiver) ($message) ($body) $($rest)*)
    };
    (
        @arms $wait:tt [$($done:tt)*]
        recv($receiver:expr) -> $message:pat => $body:block $($rest:tt)*
    ) => {
        $crate::select!(@receive $wait [$($done)*] ($receiver) ($message) ($body) $($rest)*)
    };
    (
        @arms $wait:tt [$($done:tt)*]
        recv($receiver:expr) -> $message:pat => $body:expr, $($rest:tt)*
    ) => {
        $crate::select!(@receive $wait [$($done)*] ($receiver) ($message) ($body) $($rest)*)
    };
    (
        @arms $wait:tt [$($done:tt)*]
        recv($receiver:expr) -> $message:pat => $body:expr
    ) => {
        $crate::select!(@receive $wait [$($done)*] ($receiver) ($message) ($body))
    };
    (@arms [] $done:tt default() => $($rest:tt)*) => {
        $crate::select!(@default (try) $done $($rest)*)
    };
    (@arms [] $done:tt default($limit:expr) => $($rest:tt)*) => {
        $crate::select!(@default (limit $limit) $done $($rest)*)
    };
    (@arms [] $done:tt default => $($rest:tt)*) => {
        $crate::select!(@default (try) $done $($rest)*)
    };
    (@default $how:tt $done:tt $body:block, $($rest:tt)*) => {
        $crate::select!(@arms [$how ($body)] $done $($rest)*)
    };
    (@default $how:tt $done:tt $body:block $($rest:tt)*) => {
        $crate::select!(@arms [$how ($body)] $done $($rest)*)
    };
    (@default $how:tt $done:tt $body:expr, $($rest:tt)*) => {
        $crate::select!(@arms [$how ($body)] $done $($rest)*)
    };
    (@default $how:tt $done:tt $body:expr) => {
        $crate::select!(@arms [$how ($body)] $done)
    };
    (@receive $wait:tt [$($done:tt)*] ($receiver:expr) $message:tt $body:tt $($rest:tt)*) => {{
        let receiver = &$receiver;
        $crate::select!(@arms $wait [$($done)* (receiver index $message $body)] $($rest)*)
    }};
    // All arms are known.
    (@arms $wait:tt [$(($receiver:ident $index:ident ($message:pat) ($body:expr)))*]) => {{
        let mut select = $crate::channel::Select::new();
        $(let $index = select.recv($receiver);)*
        $crate::select!(@wait $wait select ready {
            $(if ready.index() == $index {
                let $message = ready.recv($receiver);
                $body
            } else)* {
                unreachable!("one of the receivers was selected")
            }
        })
    }};
    (@wait [] $select:ident $ready:ident $chosen:block) => {{
        let $ready = $select.select();
        $chosen
    }};
    (@wait [(try) ($default:expr)] $select:ident $ready:ident $chosen:block) => {
        match $select.try_select() {
            Ok($ready) => $chosen,
            Err(_) => $default,
        }
    };
    (@wait [(limit $limit:expr) ($default:expr)] $select:ident $ready:ident $chosen:block) => {
        match $select.select_timeout($limit) {
            Ok($ready) => $chosen,
            Err(_) => $default,
        }
    };
    (@ $($rest:tt)*) => {
        compile_error!(
            "an arm of select! is `recv(receiver) -> message => ..`, `default => ..` or \
             `default(limit) => ..`; for sends there is labrt::channel::Select"
        )
    };
    ($($arms:tt)+) => {
        $crate::select!(@arms [] [] $($arms)+)
    };
}
