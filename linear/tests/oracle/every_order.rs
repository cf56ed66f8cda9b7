//! The brute-force oracle: tries every order.

use crate::histories::Record;
use linear::kv::PlainAction;

/// Whether there is an order of these operations, on one key that is "" at first.
pub fn has_order(records: &[Record]) -> bool {
    let records: Vec<&Record> = records.iter().collect();
    has_order_from(&records, "")
}

fn has_order_from(left: &[&Record], value: &str) -> bool {
    if left.iter().all(|record| record.is_pending) {
        return true;
    }
    (0..left.len()).any(|next| {
        let record = left[next];
        let is_too_early = left.iter().any(|other| !other.is_pending && other.end < record.start);
        let mut rest = left.to_vec();
        rest.remove(next);
        match &record.action {
            _ if is_too_early => false,
            PlainAction::Get(_) if record.is_pending => false,
            PlainAction::Get(read) => read == value && has_order_from(&rest, value),
            PlainAction::Put(text) => has_order_from(&rest, text),
            PlainAction::Append(text) => has_order_from(&rest, &format!("{value}{text}")),
        }
    })
}
