//! Parts of the catalogue that are unpacked when somebody asks for them.
//!
//! May import: `catalog::flat`.
//!
//! A scan needs the patterns of all rules, and causes, steps and examples of the two or three that it finds. So the packed
//! catalogue holds those as bytes, of which only the length is read at start-up.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};

use super::flat::packed_bytes;

/// A value that is unpacked on first use. It reads like the value itself.
///
/// ```
/// use lognosis::catalog::Later;
/// let steps = Later::from(vec!["one".to_owned(), "two".to_owned()]);
/// assert_eq!(steps.len(), 2);
/// ```
pub struct Later<T> {
    packed: &'static [u8],
    value: OnceLock<Box<T>>,
}

impl<T: Default + Deserialize<'static>> Deref for Later<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // The build script packed these bytes from a value of this very type; a test unpacks them all.
        self.value.get_or_init(|| Box::new(postcard::from_bytes(self.packed).unwrap_or_default()))
    }
}

impl<T> From<T> for Later<T> {
    fn from(value: T) -> Self {
        Self { packed: &[], value: OnceLock::from(Box::new(value)) }
    }
}

impl<T: Default> Default for Later<T> {
    fn default() -> Self {
        Self::from(T::default())
    }
}

impl<'l, T> IntoIterator for &'l Later<Vec<T>>
where
    Vec<T>: Deserialize<'static>,
{
    type Item = &'l T;
    type IntoIter = std::slice::Iter<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Clone> Clone for Later<T> {
    fn clone(&self) -> Self {
        Self { packed: self.packed, value: self.value.clone() }
    }
}

impl<T: Default + Deserialize<'static> + PartialEq> PartialEq for Later<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Default + Deserialize<'static> + fmt::Debug> fmt::Debug for Later<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: Default + Deserialize<'static> + Serialize> Serialize for Later<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return (**self).serialize(serializer);
        }
        serializer.serialize_bytes(&postcard::to_allocvec(&**self).map_err(S::Error::custom)?)
    }
}

impl<'de: 'static, T> Deserialize<'de> for Later<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return Err(D::Error::custom("only a packed catalogue is unpacked later"));
        }
        Ok(Self { packed: packed_bytes(deserializer)?, value: OnceLock::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::Later;

    #[test]
    fn what_was_packed_is_read_later() {
        let packed = postcard::to_allocvec(&(Later::from(vec![1u32, 2]), 7u8)).unwrap();
        let (later, number): (Later<Vec<u32>>, u8) = postcard::from_bytes(packed.leak()).unwrap();
        assert!(later.value.get().is_none());
        assert_eq!((later.as_slice(), number), (&[1, 2][..], 7));
        assert_eq!(later, Later::from(vec![1, 2]));
        assert_eq!(serde_json::to_string(&later).unwrap(), "[1,2]");
    }
}
