//! Names in code.

use crate::policy::literal::{is_secret_name, words};

/// The longest name, in bytes. What is longer is a text.
const LONGEST: usize = 100;

/// Whether a variable, field or key with this name holds a credential.
pub(in crate::policy) fn is_credential(name: &str) -> bool {
    let words = words(name);
    name.len() <= LONGEST
        && (is_secret_name(name) || words.last().is_some_and(|word| word == "jwt") || is_session(&words))
}

/// Whether the words name a session, as whoever has it is in.
fn is_session(words: &[String]) -> bool {
    match words {
        [.., first, last] if first == "session" && last == "id" => true,
        [.., last] => matches!(last.as_str(), "sessionid" | "phpsessid" | "jsessionid"),
        [] => false,
    }
}

/// Whether the words name a token against forged requests. It is no credential: without the cookie it opens nothing, and the
/// pattern of the double cookie asks for scripts that read it.
pub(in crate::policy) fn is_against_forgery(words: &[String]) -> bool {
    words.iter().any(|word| matches!(word.as_str(), "csrf" | "xsrf" | "csrftoken" | "xsrftoken" | "antiforgery"))
}

/// Whether a name is that of something that nobody may guess: a credential, or a number that is used once or makes a password's
/// digest its own. Of a function that makes one, the verb does not count.
pub(in crate::policy) fn is_made(name: &str) -> bool {
    const VERBS: [&str; 12] =
        ["generate", "gen", "generated", "create", "make", "new", "get", "random", "rand", "build", "default", "temp"];
    if name.len() > LONGEST {
        return false;
    }
    let words = words(name);
    let begin = words.iter().position(|word| !VERBS.contains(&word.as_str())).unwrap_or(words.len());
    let named = &words[begin..];
    let is_code = |before: &str| matches!(before, "otp" | "verification" | "reset" | "login" | "auth" | "confirmation");
    match named {
        [.., last] if matches!(last.as_str(), "nonce" | "cnonce" | "salt" | "otp" | "totp" | "passcode") => true,
        [.., before, last] if matches!(last.as_str(), "code" | "token") && is_code(before) => true,
        _ => is_credential(&named.join("_")),
    }
}

/// Whether a path names a credential so clearly that nothing else is meant by it, wherever it stands. A `token` by itself is
/// a word of a language as often as a key.
pub(in crate::policy) fn is_clearly_credential(path: &str) -> bool {
    const HARMLESS: [&str; 22] = [
        "censored",
        "digest",
        "dummy",
        "encrypted",
        "example",
        "expected",
        "fake",
        "hash",
        "hashed",
        "hidden",
        "mask",
        "masked",
        "obfuscated",
        "partial",
        "preview",
        "redacted",
        "safe",
        "sanitized",
        "sha256",
        "short",
        "test",
        "truncated",
    ];
    const HOLDERS: [&str; 25] = [
        "access",
        "account",
        "admin",
        "api",
        "app",
        "auth",
        "authentication",
        "bearer",
        "bot",
        "client",
        "deploy",
        "github",
        "gitlab",
        "id",
        "identity",
        "jwt",
        "login",
        "oauth",
        "personal",
        "refresh",
        "reset",
        "service",
        "session",
        "slack",
        "user",
    ];
    let name = path.rsplit(['.', '>', ':']).next().unwrap_or(path);
    let (named, all) = (words(name), words(path));
    let is = |list: &[&str], words: &[String]| words.iter().any(|word| list.contains(&word.as_str()));
    if path.len() > LONGEST || !is_secret_name(name) && named.last().is_none_or(|word| word != "jwt") {
        return false;
    }
    if is(&HARMLESS, &named) || is_against_forgery(&named) || is(&["credential", "credentials", "pwd"], &named) {
        return false;
    }
    let is_other = is(&["password", "passwd", "passphrase", "secret", "passcode", "apikey", "jwt", "key"], &named);
    is_other || (named.last().is_some_and(|word| word == "token") && is(&HOLDERS, &all[..all.len() - 1]))
}
