//! Generators of numbers that were not made for secrets, language by language.

use crate::document::code::{Code, Dialect, Grammar, Kind};

use super::mentions;

/// Generators of one language.
struct Generators {
    dialects: &'static [Dialect],
    /// What the file must say for them to be these; nothing where the names alone tell.
    import: &'static str,
    /// The tokens of each, several last ones in one.
    forms: &'static [(&'static [&'static str], &'static [&'static str])],
    /// Whether a dot may stand before it.
    is_member: bool,
}

const MODULE: [&str; 9] =
    ["random", "randint", "choice", "choices", "randrange", "getrandbits", "sample", "uniform", "randbytes"];

const GENERATORS: [Generators; 13] = [
    Generators {
        dialects: &[Dialect::JavaScript],
        import: "",
        forms: &[(&["Math", "."], &["random"])],
        is_member: false,
    },
    Generators { dialects: &[Dialect::Python], import: "", forms: &[(&["random", "."], &MODULE)], is_member: true },
    Generators {
        dialects: &[Dialect::Python],
        import: "from random import",
        forms: &[(&[], &["randint", "choice", "choices", "randrange", "getrandbits", "sample", "randbytes"])],
        is_member: false,
    },
    Generators {
        dialects: &[Dialect::Php],
        import: "",
        forms: &[(&[], &["rand", "mt_rand", "uniqid", "lcg_value", "str_shuffle", "array_rand"])],
        is_member: false,
    },
    Generators {
        dialects: &[Dialect::Ruby],
        import: "",
        forms: &[(&[], &["rand"]), (&["Random", "."], &["rand", "new", "bytes"]), (&["Kernel", "."], &["rand"])],
        is_member: false,
    },
    Generators {
        dialects: &[Dialect::Java, Dialect::Kotlin],
        import: "",
        forms: &[
            (&["Math", "."], &["random"]),
            (&["new"], &["Random"]),
            (&["ThreadLocalRandom", "."], &["current"]),
            (&["RandomStringUtils", "."], &["insecure"]),
        ],
        is_member: false,
    },
    // Commons Lang 3.15 and later take a generator that was made for secrets.
    Generators {
        dialects: &[Dialect::Java, Dialect::Kotlin],
        import: "org.apache.commons.lang.RandomStringUtils",
        forms: &[(&["RandomStringUtils", "."], &["random", "randomAlphanumeric", "randomAlphabetic", "randomNumeric"])],
        is_member: false,
    },
    Generators {
        dialects: &[Dialect::Kotlin],
        import: "",
        forms: &[(&["Random", "."], &["nextInt", "nextLong", "nextBytes", "nextDouble"])],
        is_member: false,
    },
    Generators {
        dialects: &[Dialect::Go],
        import: "\"math/rand",
        forms: &[(
            &["rand", "."],
            &[
                "Int", "Intn", "Int31", "Int31n", "Int63", "Int63n", "Uint32", "Uint64", "Float32", "Float64", "Perm",
                "IntN", "Int32", "Int32N", "Int64", "Int64N", "N",
            ],
        )],
        is_member: false,
    },
    Generators {
        dialects: &[Dialect::CSharp],
        import: "",
        forms: &[(&["new"], &["Random"]), (&["Random", "."], &["Shared"])],
        is_member: false,
    },
    Generators {
        dialects: &[Dialect::C],
        import: "",
        forms: &[(&[], &["rand", "random", "drand48", "lrand48"])],
        is_member: false,
    },
    Generators {
        dialects: &[Dialect::Rust],
        import: "fastrand",
        forms: &[(
            &["fastrand", "::"],
            &["alphabetic", "alphanumeric", "u8", "u32", "u64", "u128", "usize", "choice", "fill"],
        )],
        is_member: false,
    },
    Generators { dialects: &[Dialect::Dart], import: "", forms: &[(&[], &["Random"])], is_member: false },
];

/// Names of generators that were made for secrets: where one of them has a part, the result cannot be guessed.
const STRONG: [&str; 16] = [
    "SecureRandom",
    "SystemRandom",
    "Cryptodome",
    "getRandomValues",
    "openssl_random_pseudo_bytes",
    "randomBytes",
    "randomUUID",
    "random_bytes",
    "random_int",
    "secrets",
    "token_hex",
    "token_urlsafe",
    "urandom",
    "uuid",
    "uuid4",
    "uuidv4",
];

/// Whether the word names a generator that was made for secrets.
pub(in crate::policy) fn is_strong(word: &str) -> bool {
    STRONG.contains(&word)
}

/// Whether a text in this language may hold a generator that was not made for secrets.
pub(in crate::policy) fn may_be_in(grammar: &Grammar, text: &[u8]) -> bool {
    let mut own = of(grammar.dialect).flat_map(|generators| generators.forms);
    own.any(|(first, last)| if first.is_empty() { mentions(text, last) } else { mentions(text, &first[..1]) })
}

fn of(dialect: Dialect) -> impl Iterator<Item = &'static Generators> {
    GENERATORS.iter().filter(move |generators| generators.dialects.contains(&dialect))
}

/// The generators of a file that were not made for secrets.
pub(in crate::policy) struct Known(Vec<&'static Generators>);

impl Known {
    /// Those that the file may mean by its names.
    pub(in crate::policy) fn of(code: &Code<'_>) -> Known {
        // The same names, other generators.
        let others: &[&str] = match code.grammar.dialect {
            Dialect::Python => &["SystemRandom", "Crypto.Random", "Cryptodome"],
            Dialect::Go => &["\"crypto/rand\""],
            _ => &[],
        };
        let text = code.text.as_bytes();
        let is_meant = |it: &&Generators| it.import.is_empty() || mentions(text, &[it.import]);
        Known(if mentions(text, others) { Vec::new() } else { of(code.grammar.dialect).filter(is_meant).collect() })
    }

    /// How many tokens from this number on name one of them; none if they do not.
    pub(in crate::policy) fn at(&self, code: &Code<'_>, number: usize) -> Option<usize> {
        if !code.is_a(number, Kind::Word) {
            return None;
        }
        let before = number.checked_sub(1).map_or("", |before| code.said(before));
        let is_member = matches!(before, "." | "?." | "->" | "?->" | "::");
        let is_member = is_member && !(number >= 2 && code.are(number - 2, &["std", "::"]));
        let is_declared = matches!(before, "function" | "def" | "fn" | "func" | "fun");
        let own = self.0.iter().filter(|generators| !is_declared && (generators.is_member || !is_member));
        own.flat_map(|generators| generators.forms)
            .find(|(first, last)| {
                let end = number + first.len();
                let is_called = code.is(end + 1, "(") || code.is(end, "Shared");
                is_called && code.are(number, first) && last.iter().any(|last| code.is(end, last))
            })
            .map(|(first, _)| first.len() + 1)
    }
}
