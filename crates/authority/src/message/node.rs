//! Reading an element with its path, so that an error can say where.

use crate::tree::Markup;

/// Why a record could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct ReadError {
    /// The element, such as `Baxx[1]/Zt_xx/Ztid`.
    pub path: String,
    /// What is wrong with it.
    pub problem: ReadProblem,
}

/// What is wrong with an element that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadProblem {
    /// It is not there, or empty.
    #[error("missing")]
    Missing,
    /// It is not a number of the expected size.
    #[error("not a number")]
    NotNumber,
    /// It is a number that stands for nothing here.
    #[error("not one of the numbers that mean something here")]
    NotCode,
    /// It is not base64.
    #[error("not base64")]
    NotBase64,
    /// A file holds no operation, one that is not known, or several.
    #[error("not exactly one known operation")]
    Operations,
}

/// An element together with the way that leads to it. The way is only written out when something must be said of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'a> {
    pub(super) element: &'a Markup<'a>,
    parent: Option<&'a Node<'a>>,
    /// From the parent; more than one step where groups lie between.
    place: &'a str,
    /// Which of several it is, counted from 1; 0 where there can be one only.
    nth: usize,
    /// The tag of the element inside a wrapper, which is what the place and the number mean then.
    inner: Option<&'a str>,
}

impl<'a> Node<'a> {
    pub(super) fn root(element: &'a Markup<'a>) -> Self {
        Self { element, parent: None, place: &element.name, nth: 0, inner: None }
    }

    /// The element, such as `UploadData/ICP/XZBA/Baxx[2]/Zt_xx`.
    fn path(&self) -> String {
        let mut path = self.parent.map_or_else(String::new, |parent| parent.path() + "/");
        path.push_str(self.place);
        if self.nth > 0 {
            path.push_str(&format!("[{}]", self.nth));
        }
        if let Some(inner) = self.inner {
            path.push('/');
            path.push_str(inner);
        }
        path
    }

    pub(super) fn problem(&self, problem: ReadProblem) -> ReadError {
        ReadError { path: self.path(), problem }
    }

    pub(super) fn missing(&self, place: &str) -> ReadError {
        ReadError { path: format!("{}/{place}", self.path()), problem: ReadProblem::Missing }
    }

    /// The element at a place of groups that occur once, such as `ICP/BASJ`.
    pub(super) fn child<'s>(&'s self, place: &'s str) -> Option<Node<'s>> {
        let element = place.split('/').try_fold(self.element, |element, name| element.get(name))?;
        Some(self.below(element, place, 0))
    }

    /// An element that was found at a place below this one.
    pub(super) fn below<'s>(&'s self, element: &'s Markup<'s>, place: &'s str, nth: usize) -> Node<'s> {
        Node { element, parent: Some(self), place, nth, inner: None }
    }

    /// Every element at a place of a list.
    pub(super) fn each<'s>(&'s self, place: &'s str) -> impl Iterator<Item = Node<'s>> {
        let (outer, wrapped) = place.split_once('>').map_or((place, None), |(outer, tag)| (outer, Some(tag)));
        let (groups, tag) = outer.rsplit_once('/').map_or((None, outer), |(groups, tag)| (Some(groups), tag));
        let mut groups = groups.into_iter().flat_map(|groups| groups.split('/'));
        let group = groups.try_fold(self.element, |element, name| element.get(name));
        let all = group.into_iter().flat_map(move |group| group.all(tag)).zip(1..);
        all.filter_map(move |(element, nth)| {
            let element = wrapped.map_or(Some(element), |tag| element.get(tag))?;
            Some(Node { inner: wrapped, ..self.below(element, outer, nth) })
        })
    }

    pub(super) fn text(&self) -> &'a str {
        self.element.text.trim()
    }

    pub(super) fn number(&self) -> Result<i64, ReadError> {
        self.text().parse().map_err(|_| self.problem(ReadProblem::NotNumber))
    }
}
