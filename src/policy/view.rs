//! A document as a check sees it.

use std::cell::{OnceCell, RefCell};
use std::ops::Range;

use jiff::Timestamp;

use crate::config::policy::PolicySettings;
use crate::document::kind::PlaceFacts;
use crate::document::{Document, Node, Trail, Value, walk};
use crate::notice::Notice;

use super::dialect::iam::{self, Statement};
use super::dialect::kubernetes::{self, Object};
use super::dialect::workflow::Workflow;
use super::dialect::{self, Dialect, Resource, cloudformation, terraform};
use super::jwt::{self, Jwt};
use super::texts::Texts;
use super::{Breach, Meta, Subject};

/// A document as a check sees it: the tree, what dialects it speaks, the policy, the time.
///
/// The files of a Terraform module are one document: their texts stand one behind the other in `text`, each with a root of
/// its own, and every span counts from the beginning of the first.
pub struct View<'a> {
    /// The file; of a module, its first.
    pub subject: &'a Subject<'a>,
    /// Its content.
    pub text: &'a str,
    /// Its tree.
    pub document: &'a Document,
    /// Whether everything that belongs to it was read: what a module lacks is only known then.
    pub is_whole: bool,
    /// What its path says of it.
    pub facts: PlaceFacts,
    /// The policy.
    pub settings: &'a PolicySettings,
    /// The time that dates are compared with.
    pub now: Timestamp,
    /// What each dialect finds in it.
    spoken: Vec<(&'static Dialect, Vec<Resource<'a>>)>,
    /// Kubernetes' objects.
    pub(crate) kubernetes: Vec<Object<'a>>,
    /// The GitHub Actions workflow.
    pub(crate) workflow: Option<Workflow<'a>>,
    /// The statements of IAM policies, once a check has asked for them.
    statements: OnceCell<Vec<Statement>>,
    /// The files of a module: where each begins in the text, and its path.
    pub(super) files: Vec<(usize, &'a [u8])>,
    /// The documents in its texts, where they were read.
    pub(super) texts: Option<&'a Texts>,
    /// What checks could not look at.
    notices: RefCell<Vec<Notice>>,
}

impl<'a> View<'a> {
    pub(super) fn new(
        subject: &'a Subject<'a>,
        text: &'a str,
        document: &'a Document,
        is_whole: bool,
        settings: &'a PolicySettings,
        now: Timestamp,
    ) -> Self {
        Self {
            subject,
            text,
            document,
            is_whole,
            facts: PlaceFacts::of(subject.path),
            settings,
            now,
            spoken: dialect::spoken(subject.path, document),
            kubernetes: kubernetes::objects(document),
            workflow: Workflow::of(subject.path, document),
            statements: OnceCell::new(),
            files: Vec::new(),
            texts: None,
            notices: RefCell::new(Vec::new()),
        }
    }

    /// The documents in its texts.
    pub(crate) fn texts(&self) -> Option<&'a Texts> {
        self.texts
    }

    /// The path of the file in which an offset of the text lies.
    #[cfg_attr(not(feature = "rego"), expect(dead_code, reason = "only packs of Rego ask for it"))]
    pub(crate) fn path_at(&self, offset: usize) -> &'a [u8] {
        let file = self.files.iter().rfind(|(start, _)| *start <= offset);
        file.map_or(self.subject.path, |(_, path)| path)
    }

    /// Says that a check could not look at something.
    #[cfg_attr(not(feature = "rego"), expect(dead_code, reason = "only packs of Rego fail"))]
    pub(crate) fn notice(&self, notice: Notice) {
        self.notices.borrow_mut().push(notice);
    }

    /// What checks could not look at.
    pub(super) fn take_notices(&self) -> Vec<Notice> {
        self.notices.take()
    }

    /// What a dialect finds in the document.
    pub(crate) fn resources(&self, dialect: &Dialect) -> &[Resource<'a>] {
        self.spoken.iter().find(|(it, _)| std::ptr::eq(*it, dialect)).map_or(&[], |(_, resources)| resources)
    }

    /// Terraform's resources.
    pub(crate) fn terraform(&self) -> &[Resource<'a>] {
        self.named("terraform")
    }

    /// CloudFormation's resources.
    pub(crate) fn cloudformation(&self) -> &[Resource<'a>] {
        self.named("cloudformation")
    }

    /// Every statement of IAM policies in the document.
    pub(crate) fn statements(&self) -> &[Statement] {
        self.statements.get_or_init(|| iam::statements(self))
    }

    /// Whether a dialect finds something in the document.
    pub(crate) fn speaks(&self, id: &str) -> bool {
        self.spoken.iter().any(|(dialect, _)| dialect.id == id)
    }

    /// What the dialect of this name finds in the document.
    pub(crate) fn named(&self, id: &str) -> &[Resource<'a>] {
        self.spoken.iter().find(|(it, _)| it.id == id).map_or(&[], |(_, resources)| resources)
    }

    /// The address of the resource that a node names, in Terraform or CloudFormation.
    pub(crate) fn referred(&self, node: &Node) -> Option<String> {
        match &node.value {
            Value::Expression(text) | Value::String(text) if !self.terraform().is_empty() => terraform::referred(text),
            _ => cloudformation::referred(node).map(str::to_owned),
        }
    }

    /// A breach of `check`.
    #[must_use]
    pub fn breach(
        &self,
        check: &'static Meta,
        span: Range<usize>,
        route: impl Into<String>,
        message: impl Into<String>,
    ) -> Breach {
        Breach::new(check, span, route, message)
    }

    /// Whether the file holds one of the words as it is, so that a check can save itself the walk.
    pub(crate) fn mentions(&self, words: &[&str]) -> bool {
        words.iter().any(|word| memchr::memmem::find(self.text.as_bytes(), word.as_bytes()).is_some())
    }

    /// Visits every node of every document of the file.
    pub(crate) fn walk(&self, visit: &mut dyn FnMut(Visited<'_, 'a>)) {
        for (number, root) in self.document.roots.iter().enumerate() {
            let prefix = match kubernetes::address(root) {
                Some(address) => format!("{address}:"),
                None if number > 0 => format!("#{number}:"),
                None => String::new(),
            };
            walk(root, &mut |trail, node| visit(Visited { prefix: &prefix, trail, node }));
        }
    }

    /// Visits every string of the file.
    pub(crate) fn strings(&self, visit: &mut dyn FnMut(Visited<'_, 'a>, &'a str)) {
        self.walk(&mut |visited| {
            if let Value::String(text) = &visited.node.value {
                visit(visited, text);
            }
        });
    }

    /// Visits every JSON Web Token of the file: where the walk has come by, what the token says, which bytes it is. Those of tests
    /// and examples open nothing, and are left out.
    pub(crate) fn tokens(&self, visit: &mut dyn FnMut(Visited<'_, 'a>, &Jwt, Range<usize>)) {
        if !self.mentions(&["eyJ"]) || self.facts.is_test_or_example {
            return;
        }
        self.strings(&mut |visited, text| {
            for token in jwt::find(text) {
                let span = self.locate(visited.node, &text[token.range.clone()]);
                visit(visited, &token, span);
            }
        });
    }

    /// Where parts of a node's text, which ascend, stand in the file; the node for one that the file writes in another way.
    pub(crate) fn locate_all(
        &self,
        node: &Node,
        text: &str,
        parts: impl Iterator<Item = Range<usize>>,
    ) -> Vec<Range<usize>> {
        let raw = self.text.get(node.span.clone()).unwrap_or_default();
        let mut from = 0;
        let mut located = |part: Range<usize>| {
            let part = text.get(part)?;
            let at = from + raw[from..].find(part)?;
            from = at + part.len();
            Some(node.span.start + at..node.span.start + from)
        };
        parts.map(|part| located(part).unwrap_or_else(|| node.span.clone())).collect()
    }

    /// Where a part of a node's text stands in the file: the very bytes if the file has them as they are, else the node.
    #[must_use]
    pub fn locate(&self, node: &Node, part: &str) -> Range<usize> {
        let raw = self.text.get(node.span.clone()).unwrap_or_default();
        match raw.find(part) {
            Some(at) => node.span.start + at..node.span.start + at + part.len(),
            None => node.span.clone(),
        }
    }
}

/// A node at which a walk has come by.
#[derive(Clone, Copy)]
pub(crate) struct Visited<'w, 'a> {
    prefix: &'w str,
    /// The way to it within its document.
    pub trail: &'w Trail<'a>,
    /// The node.
    pub node: &'a Node,
}

impl Visited<'_, '_> {
    /// The way in words; it begins with the Kubernetes object where the document is one.
    pub(crate) fn route(&self) -> String {
        format!("{}{}", self.prefix, self.trail.route())
    }
}
