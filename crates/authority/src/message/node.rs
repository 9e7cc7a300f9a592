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

/// An element together with the path that leads to it.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    pub(super) element: &'a Markup<'a>,
    pub(super) path: String,
}

impl<'a> Node<'a> {
    pub(super) fn root(element: &'a Markup<'a>) -> Self {
        Self { element, path: element.name.to_string() }
    }

    pub(super) fn problem(&self, problem: ReadProblem) -> ReadError {
        ReadError { path: self.path.clone(), problem }
    }

    pub(super) fn missing(&self, name: &str) -> ReadError {
        ReadError { path: format!("{}/{name}", self.path), problem: ReadProblem::Missing }
    }

    pub(super) fn child(&self, name: &str) -> Option<Node<'a>> {
        self.element.get(name).map(|element| Node { element, path: format!("{}/{name}", self.path) })
    }

    /// Goes down a path of groups that occur once, such as `ICP/BASJ`.
    pub(super) fn down(&self, path: &str) -> Option<Node<'a>> {
        path.split('/').try_fold(self.clone(), |node, name| node.child(name))
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

    pub(super) fn text(&self) -> &'a str {
        self.element.text.trim()
    }

    pub(super) fn number(&self) -> Result<i64, ReadError> {
        self.text().parse().map_err(|_| self.problem(ReadProblem::NotNumber))
    }
}
