//! Trying every order, without a thought.

use crate::histories::Record;
use linear::kv::PlainAction;

/// Whether there is an order of these operations, on one key that is "" at first.
pub fn has_order(records: &[Record]) -> bool {
    let records: Vec<&Record> = records.iter().collect();
    can_go_on(&records, "")
}

fn can_go_on(left: &[&Record], value: &str) -> bool {
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
            PlainAction::Get(read) => read == value && can_go_on(&rest, value),
            PlainAction::Put(text) => can_go_on(&rest, text),
            PlainAction::Append(text) => can_go_on(&rest, &format!("{value}{text}")),
        }
    })
}
