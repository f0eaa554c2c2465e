//! Lists that many findings have alike, kept once.

use std::collections::HashSet;
use std::hash::Hash;
use std::ops::Deref;
use std::sync::Arc;

/// A list that clones share. It is copied when one of them changes it; an empty one takes no memory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shared<T>(Option<Arc<Vec<T>>>);

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Deref for Shared<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_ref().map_or(&[], |list| list.as_slice())
    }
}

impl<T> From<Vec<T>> for Shared<T> {
    fn from(list: Vec<T>) -> Self {
        Self((!list.is_empty()).then(|| Arc::new(list)))
    }
}

impl<T: Clone> Shared<T> {
    /// The list, for whoever changes it.
    pub fn list(&mut self) -> &mut Vec<T> {
        Arc::make_mut(self.0.get_or_insert_default())
    }

    /// Adds something at the end.
    pub fn push(&mut self, it: T) {
        self.list().push(it);
    }
}

impl<T: Clone> Extend<T> for Shared<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, more: I) {
        let mut more = more.into_iter().peekable();
        if more.peek().is_some() {
            self.list().extend(more);
        }
    }
}

impl<'s, T> IntoIterator for &'s Shared<T> {
    type Item = &'s T;
    type IntoIter = std::slice::Iter<'s, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The lists that are known, to keep equal ones once.
#[derive(Debug)]
pub struct Pool<T>(HashSet<Arc<Vec<T>>>);

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self(HashSet::new())
    }
}

impl<T: Clone + Eq + Hash> Pool<T> {
    /// Puts in place of a list the one that is equal to it.
    pub fn share(&mut self, list: &mut Shared<T>) {
        let Some(own) = &mut list.0 else { return };
        match self.0.get(own) {
            Some(known) => *own = Arc::clone(known),
            None => {
                if let Some(own) = Arc::get_mut(own) {
                    own.shrink_to_fit();
                }
                self.0.insert(Arc::clone(own));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lists_are_kept_once_and_copied_when_one_changes() {
        let mut pool = Pool::default();
        let [mut one, mut other] = [Shared::from(vec!["a", "b"]), Shared::from(vec!["a", "b"])];
        pool.share(&mut one);
        pool.share(&mut other);
        assert!(std::ptr::eq(one.as_ptr(), other.as_ptr()));
        other.push("c");
        assert_eq!((&*one, &*other), (&["a", "b"][..], &["a", "b", "c"][..]));
        let mut empty = Shared::from(Vec::<&str>::new());
        pool.share(&mut empty);
        empty.extend([]);
        assert_eq!(empty, Shared::default());
    }
}
