//! Reading an element with its path, so that an error can say where.

use crate::tree::Element;

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
    /// It is not base64.
    #[error("not base64")]
    NotBase64,
}

/// An element together with the path that leads to it.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    pub(super) element: &'a Element,
    pub(super) path: String,
}

impl<'a> Node<'a> {
    pub(super) fn root(element: &'a Element) -> Self {
        Self { element, path: element.name.clone() }
    }

    pub(super) fn error(&self, name: &str, problem: ReadProblem) -> ReadError {
        ReadError { path: format!("{}/{name}", self.path), problem }
    }

    pub(super) fn child(&self, name: &str) -> Result<Node<'a>, ReadError> {
        self.maybe_child(name).ok_or_else(|| self.error(name, ReadProblem::Missing))
    }

    pub(super) fn maybe_child(&self, name: &str) -> Option<Node<'a>> {
        self.element.get(name).map(|element| Node { element, path: format!("{}/{name}", self.path) })
    }

    pub(super) fn each(&self, name: &str) -> Vec<Node<'a>> {
        let element = self.element;
        element
            .children
            .iter()
            .filter(|child| child.name == name)
            .enumerate()
            .map(|(index, element)| Node { element, path: format!("{}/{name}[{}]", self.path, index + 1) })
            .collect()
    }

    pub(super) fn text(&self, name: &str) -> Result<String, ReadError> {
        self.maybe_text(name).ok_or_else(|| self.error(name, ReadProblem::Missing))
    }

    pub(super) fn maybe_text(&self, name: &str) -> Option<String> {
        self.element.text_of(name).map(str::to_owned)
    }

    pub(super) fn long(&self, name: &str) -> Result<i64, ReadError> {
        self.maybe_long(name)?.ok_or_else(|| self.error(name, ReadProblem::Missing))
    }

    pub(super) fn maybe_long(&self, name: &str) -> Result<Option<i64>, ReadError> {
        match self.element.text_of(name) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| self.error(name, ReadProblem::NotNumber)),
        }
    }

    /// The numbers of all children called `name` inside the group called `group`; none if the group is missing.
    pub(super) fn longs(&self, group: &str, name: &str) -> Result<Vec<i64>, ReadError> {
        let Some(group) = self.maybe_child(group) else { return Ok(Vec::new()) };
        group
            .each(name)
            .into_iter()
            .map(|node| {
                let problem = ReadProblem::NotNumber;
                node.element.text.trim().parse().map_err(|_| ReadError { path: node.path.clone(), problem })
            })
            .collect()
    }
}
