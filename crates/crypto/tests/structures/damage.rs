//! Every small damage to a value's shape.

use ciborium::Value;

/// A value that is not what it was.
pub(crate) struct Damage {
    pub(crate) value: Value,
    pub(crate) says: &'static str,
    /// Whether a list has nothing in it any more.
    pub(crate) empties: bool,
}

pub(crate) fn decode(bytes: &[u8]) -> Value {
    ciborium::from_reader(bytes).unwrap()
}

pub(crate) fn encode(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

/// Each way to damage it once, in itself or in anything within.
pub(crate) fn damages(value: &Value) -> Vec<Damage> {
    let damage = |says, value| Damage { value, says, empties: false };
    let mut all = vec![damage("null", Value::Null), damage("below zero", Value::from(-1))];
    match value {
        Value::Integer(_) => {
            all.push(damage("the greatest number", Value::from(u64::MAX)));
            all.push(damage("text for a number", Value::from("1")));
        }
        Value::Bytes(bytes) => {
            let shorter = bytes.iter().skip(1).copied().collect::<Vec<u8>>();
            all.push(damage("a byte less", Value::from(shorter)));
            all.push(damage("a byte more", Value::from([&bytes[..], &[0]].concat())));
        }
        Value::Text(text) => all.push(damage("bytes for text", Value::from(text.as_bytes()))),
        Value::Array(items) => {
            all.extend(damages_to_array(items));
        }
        Value::Map(fields) => {
            for (at, (_, field)) in fields.iter().enumerate() {
                let put = |field: Option<Value>| {
                    let mut fields = fields.clone();
                    match field {
                        Some(field) => fields[at].1 = field,
                        None => drop(fields.remove(at)),
                    }
                    Value::Map(fields)
                };
                all.push(damage("a key is missing", put(None)));
                all.extend(
                    damages(field).into_iter().map(|inner| Damage { value: put(Some(inner.value)), ..inner }),
                );
            }
            let unknown = (Value::from(99), Value::from(0));
            all.push(damage("an unknown key", Value::Map([&fields[..], &[unknown]].concat())));
        }
        other => panic!("the protocol has no {other:?}"),
    }
    all
}

fn damages_to_array(items: &[Value]) -> Vec<Damage> {
    let whole =
        |says, items: Vec<Value>| Damage { empties: items.is_empty(), value: Value::Array(items), says };
    let mut all = vec![
        whole("nothing in it", vec![]),
        whole("a number at its end", [items, &[Value::from(1)]].concat()),
    ];
    if let [.., last] = items {
        all.push(whole("its last once more", [items, core::slice::from_ref(last)].concat()));
    }
    for (at, item) in items.iter().enumerate() {
        let mut without = items.to_vec();
        without.remove(at);
        all.push(whole("an item is missing", without));
        all.extend(damages(item).into_iter().map(|inner| {
            let mut items = items.to_vec();
            items[at] = inner.value;
            Damage { value: Value::Array(items), ..inner }
        }));
    }
    all
}
