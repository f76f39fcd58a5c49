//! Numbers that are read where they lie: in the program's own file, without being unpacked.
//!
//! May import: nothing of ours.
//!
//! What the gate needs grows with the catalogue. Unpacking it at every start would make a small log wait for rules that it
//! has nothing to do with.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

/// Bytes, borrowed from the packed catalogue or made for a user's. Numbers in them are little-endian.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flat(Cow<'static, [u8]>);

impl Flat {
    /// The bytes.
    #[must_use]
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// So many bytes each.
    #[must_use]
    #[inline]
    pub fn records<const N: usize>(&self) -> &[[u8; N]] {
        self.0.as_chunks().0
    }

    /// How many numbers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records::<4>().len()
    }

    /// Whether there is no number.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A number; zero where there is none.
    #[must_use]
    #[inline]
    pub fn number(&self, index: usize) -> u32 {
        self.records().get(index).map_or(0, |record| u32::from_le_bytes(*record))
    }

    /// Where a list lies among others: `self` tells where each of them ends.
    #[must_use]
    #[inline]
    pub fn part(&self, list: usize) -> Range<usize> {
        let start = list.checked_sub(1).map_or(0, |before| self.number(before));
        start as usize..self.number(list) as usize
    }

    /// The numbers of a list of lists: `self` tells where each of them ends in `items`.
    pub fn items<'f>(&self, list: usize, items: &'f Self) -> impl Iterator<Item = u32> + Clone + use<'f> {
        items.records::<4>().get(self.part(list)).unwrap_or_default().iter().map(|record| u32::from_le_bytes(*record))
    }
}

impl From<Vec<u8>> for Flat {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Cow::Owned(bytes))
    }
}

impl FromIterator<u32> for Flat {
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Self {
        numbers.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>().into()
    }
}

impl Serialize for Flat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de: 'static> Deserialize<'de> for Flat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        packed_bytes(deserializer).map(|bytes| Self(Cow::Borrowed(bytes)))
    }
}

/// Bytes of the packed catalogue, as they lie there.
pub(super) fn packed_bytes<'de: 'static, D: Deserializer<'de>>(deserializer: D) -> Result<&'static [u8], D::Error> {
    struct Bytes;
    impl<'de: 'static> Visitor<'de> for Bytes {
        type Value = &'static [u8];

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("packed bytes")
        }

        fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<&'static [u8], E> {
            Ok(bytes)
        }
    }
    deserializer.deserialize_bytes(Bytes)
}

#[cfg(test)]
mod tests {
    use super::Flat;

    #[test]
    fn lists_are_read_where_they_lie() {
        let (ends, items): (Flat, Flat) = ([2, 2, 3].into_iter().collect(), [7, 8, 9].into_iter().collect());
        let packed = postcard::to_allocvec(&(ends, items)).unwrap();
        let (ends, items): (Flat, Flat) = postcard::from_bytes(packed.leak()).unwrap();
        let lists: Vec<Vec<u32>> = (0..4).map(|list| ends.items(list, &items).collect()).collect();
        assert_eq!(lists, [vec![7, 8], vec![], vec![9], vec![]]);
        assert_eq!((ends.len(), ends.number(2), ends.number(3)), (3, 3, 0));
    }
}
