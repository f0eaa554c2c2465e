//! Why a text was searched whole though it was made from another.

/// The reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whole {
    /// It has no base: it is stored whole.
    New,
    /// What would be judged again of what its base holds is all of it, or its base holds too much to be remembered.
    Base,
    /// It is of another charset than its base, or one that is decoded first.
    Charset,
    /// A container or a notebook, which is opened.
    Opened,
    /// Most of it is new.
    Changed,
    /// Something that is encoded is long, or goes on beyond what changed.
    Encoded,
    /// A line of a file of credentials came up.
    Found,
}

impl Whole {
    /// Every reason, in the order of their declaration.
    pub const ALL: [Whole; 7] =
        [Whole::New, Whole::Base, Whole::Charset, Whole::Opened, Whole::Changed, Whole::Encoded, Whole::Found];

    /// The word that reports write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Whole::New => "new",
            Whole::Base => "base",
            Whole::Charset => "charset",
            Whole::Opened => "opened",
            Whole::Changed => "changed",
            Whole::Encoded => "encoded",
            Whole::Found => "found",
        }
    }
}
