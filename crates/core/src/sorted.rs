//! A small map in one sorted vector. What a device keeps is counted in hundreds, and of a search tree the
//! browser would have to load a copy for each pair of types.

use segel_wire::cbor::{Cbor, MalformedCbor, Reader, Writer};

/// Values by key, in the keys' order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sorted<K, V>(Vec<(K, V)>);

/// Keys in their order, each once.
pub(crate) type SortedSet<K> = Sorted<K, ()>;

impl<K: Ord, V> Sorted<K, V> {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let place = self.place(key).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let place = self.place(key).ok()?;
        self.0.get_mut(place).map(|(_, value)| value)
    }

    pub(crate) fn contains(&self, key: &K) -> bool {
        self.place(key).is_ok()
    }

    /// Puts `value` in the place of what stood under `key`.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        match self.place(&key) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (key, value)),
        }
    }

    /// The value under `key`, which is the default one if there was none.
    pub(crate) fn or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let place = match self.place(&key) {
            Ok(place) => place,
            Err(place) => {
                self.0.insert(place, (key, V::default()));
                place
            }
        };
        &mut self.0[place].1
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        self.place(key).ok().map(|place| self.0.remove(place).1)
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&V) -> bool) {
        self.0.retain(|(_, value)| keep(value));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn first(&self) -> Option<&K> {
        self.0.first().map(|(key, _)| key)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    pub(crate) fn into_iter(self) -> impl Iterator<Item = (K, V)> {
        self.0.into_iter()
    }

    fn place(&self, key: &K) -> Result<usize, usize> {
        // What is read back from the store comes in order.
        match self.0.last() {
            Some((last, _)) if last < key => Err(self.0.len()),
            _ => self.0.binary_search_by(|(other, _)| other.cmp(key)),
        }
    }
}

impl<K: Ord, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Sorted<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut sorted = Self::new();
        sorted.extend(entries);
        sorted
    }
}

impl<K: Ord, V> Extend<(K, V)> for Sorted<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

/// A CBOR map, the keys in order.
impl<K: Ord + Cbor, V: Cbor> Cbor for Sorted<K, V> {
    fn write(&self, to: &mut Writer) {
        to.map(self.0.len() as u64);
        for (key, value) in &self.0 {
            key.write(to);
            value.write(to);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor> {
        let mut sorted = Self::new();
        for _ in 0..from.map()? {
            sorted.insert(K::read(from)?, V::read(from)?);
        }
        Ok(sorted)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use segel_wire::cbor;

    use super::*;

    #[test]
    fn it_holds_what_a_search_tree_holds() {
        let mut sorted = Sorted::new();
        let mut tree = BTreeMap::new();
        let mut key = 1_u64;
        for step in 0..2_000 {
            key = key.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1) % 509;
            match step % 5 {
                0 => assert_eq!(sorted.remove(&key), tree.remove(&key)),
                1 => {
                    *sorted.or_default(key) += 1;
                    *tree.entry(key).or_default() += 1;
                }
                _ => {
                    sorted.insert(key, step);
                    tree.insert(key, step);
                }
            }
            assert_eq!(sorted.get(&key), tree.get(&key));
            assert_eq!(sorted.contains(&(key + 1)), tree.contains_key(&(key + 1)));
            assert_eq!(sorted.first(), tree.keys().next());
        }
        assert!(sorted.iter().eq(&tree));
        assert!(sorted.keys().is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn it_is_kept_as_a_map_and_read_back() {
        let sorted = Sorted::from_iter([(3_u64, "c".to_owned()), (1, "a".to_owned()), (3, "d".to_owned())]);
        let bytes = cbor::encode(&sorted);
        assert_eq!(bytes, [0xa2, 1, 0x61, b'a', 3, 0x61, b'd']);
        assert_eq!(cbor::decode::<Sorted<u64, String>>(&bytes), Ok(sorted));
    }
}
