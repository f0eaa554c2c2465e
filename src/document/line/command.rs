//! Passwords on command lines whose option does not name them: `mysql -psecret`, `curl -u user:secret`.
//!
//! Long options are read by their name like any other key. A short one is a password's only for the command before it, so
//! the reader begins at the command's name, which is rare in a text, and reads its words.

use std::ops::Range;

use super::{Assignment, Operator, Quoting, context, quoted, shell};
use crate::class::Class;
use crate::window::Window;

/// Where a command takes a password.
#[derive(Clone, Copy)]
enum Taking {
    /// Directly behind this option: `-psecret`.
    Joined(&'static [u8]),
    /// In the word behind this option, or directly behind it.
    Option(&'static [u8]),
    /// The same, `user:password` in one word, or with another separator.
    UserAnd(&'static [&'static [u8]], u8),
    /// So many words behind the subcommand, options not counted.
    Behind(&'static [u8], usize),
    /// The last word, if one of the options holds a `b` (`htpasswd -b`).
    LastOfBatch,
    /// A quoted word, or one piped in, with `-AsPlainText` somewhere behind it.
    PlainText,
    /// `user/password@service` in the first word.
    Oracle,
    /// What `echo` pipes into it: `user:password`.
    Piped,
    /// The same, the password alone, if this option asks for it.
    PipedAlone(&'static [u8]),
    /// The word behind the share, `\\\\host\\share`.
    BehindShare,
}

/// How each of [`anchors::COMMANDS`](super::anchors::COMMANDS) takes a password.
const COMMANDS: [(&str, Taking); 44] = [
    ("curl", Taking::UserAnd(&[b"-u", b"--user", b"-U", b"--proxy-user"], b':')),
    ("mysql", Taking::Joined(b"-p")),
    ("mysqldump", Taking::Joined(b"-p")),
    ("mysqladmin", Taking::Joined(b"-p")),
    ("mysqlimport", Taking::Joined(b"-p")),
    ("mysqlcheck", Taking::Joined(b"-p")),
    ("mariadb", Taking::Joined(b"-p")),
    ("mongo", Taking::Option(b"-p")),
    ("mongosh", Taking::Option(b"-p")),
    ("mongodump", Taking::Option(b"-p")),
    ("mongorestore", Taking::Option(b"-p")),
    ("sshpass", Taking::Option(b"-p")),
    ("redis-cli", Taking::Option(b"-a")),
    ("docker login", Taking::Option(b"-p")),
    ("podman login", Taking::Option(b"-p")),
    ("buildah login", Taking::Option(b"-p")),
    ("registry login", Taking::Option(b"-p")),
    ("az login", Taking::Option(b"-p")),
    ("oc login", Taking::Option(b"-p")),
    ("cf login", Taking::Option(b"-p")),
    ("net user", Taking::Behind(b"user", 2)),
    ("rabbitmqctl", Taking::Behind(b"add_user", 2)),
    ("rabbitmqctl", Taking::Behind(b"change_password", 2)),
    ("ldapsearch", Taking::Option(b"-w")),
    ("ldapadd", Taking::Option(b"-w")),
    ("ldapmodify", Taking::Option(b"-w")),
    ("ldapwhoami", Taking::Option(b"-w")),
    ("sqlcmd", Taking::Option(b"-P")),
    ("smbclient", Taking::UserAnd(&[b"-U", b"--user"], b'%')),
    ("plink", Taking::Option(b"-pw")),
    ("htpasswd", Taking::LastOfBatch),
    ("convertto-securestring", Taking::PlainText),
    ("sqlplus", Taking::Oracle),
    ("chpasswd", Taking::Piped),
    ("docker login", Taking::PipedAlone(b"--password-stdin")),
    ("podman login", Taking::PipedAlone(b"--password-stdin")),
    ("registry login", Taking::PipedAlone(b"--password-stdin")),
    ("net use", Taking::BehindShare),
    ("unzip", Taking::Option(b"-P")),
    ("7z a", Taking::Joined(b"-p")),
    ("7z e", Taking::Joined(b"-p")),
    ("7z x", Taking::Joined(b"-p")),
    ("7za", Taking::Joined(b"-p")),
    ("7zz", Taking::Joined(b"-p")),
];

/// Reads the password that the command at `anchor` is given.
#[must_use]
pub fn read(window: &Window<'_>, anchor: Range<usize>) -> Option<Assignment> {
    // A command's name is a word: `/usr/bin/curl` and `"curl"` are, `libcurl`, `curl.h` and `mysql_query` are not.
    let name_goes_on = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'=');
    let before = window.before(anchor.start);
    if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        || window.byte(anchor.end).is_some_and(name_goes_on)
    {
        return None;
    }
    let name = window.slice(anchor.clone());
    let mut words = None;
    COMMANDS.iter().filter(|(command, _)| name.eq_ignore_ascii_case(command.as_bytes())).find_map(|&(_, taking)| {
        if matches!(taking, Taking::Piped) {
            return piped(window, &anchor, true);
        }
        let words = words.get_or_insert_with(|| shell::words(window, anchor.end));
        if let Taking::PipedAlone(option) = taking {
            let asks = words.iter().any(|word| window.slice(word.clone()) == option);
            return asks.then(|| piped(window, &anchor, false)).flatten();
        }
        let value = taken(window, &anchor, words, taking)?;
        let (value, quoting) = shell::content(window, value)?;
        Some(Assignment { key: anchor.clone(), value, operator: Operator::Place, quoting })
    })
}

/// The word, or the piece of one, that is the password.
fn taken(window: &Window<'_>, anchor: &Range<usize>, words: &[Range<usize>], taking: Taking) -> Option<Range<usize>> {
    let text = |word: &Range<usize>| window.slice(word.clone());
    match taking {
        Taking::Joined(option) => words
            .iter()
            .find(|word| {
                word.len() > option.len() && text(word).starts_with(option) && !text(word).starts_with(b"-port")
            })
            .map(|word| word.start + option.len()..word.end),
        Taking::Option(option) => behind_option(window, words, &[option]),
        Taking::UserAnd(options, separator) => {
            let word = behind_option(window, words, options)?;
            let (pair, _) = shell::content(window, word)?;
            let at = memchr::memchr(separator, text(&pair))?;
            // With nothing or a dummy for a password, the user may be a token.
            let (user, password) = (pair.start..pair.start + at, pair.start + at + 1..pair.end);
            let is_token = super::is_without_password(text(&password)) && super::is_like_a_token(text(&user));
            Some(if is_token { user } else { password })
        }
        Taking::Behind(subcommand, count) => {
            // `net user` has its subcommand in its name.
            let from = if window.slice(anchor.clone()).to_ascii_lowercase().ends_with(subcommand) {
                0
            } else {
                words.iter().position(|word| text(word) == subcommand)? + 1
            };
            let mut plain = words[from..].iter().filter(|word| !matches!(text(word).first(), Some(b'-' | b'/')));
            plain.nth(count - 1).cloned()
        }
        Taking::LastOfBatch => {
            let batch = words.iter().any(|word| {
                let word = text(word);
                word.starts_with(b"-") && !word.starts_with(b"--") && word.contains(&b'b')
            });
            let plain: Vec<&Range<usize>> = words.iter().filter(|word| !text(word).starts_with(b"-")).collect();
            plain.last().filter(|_| batch && plain.len() >= 2).map(|word| (*word).clone())
        }
        Taking::PlainText => plain_text(window, anchor, words),
        Taking::Oracle => {
            let word = words.iter().find(|word| !text(word).starts_with(b"-"))?;
            let (word, _) = shell::content(window, word.clone())?;
            let slash = memchr::memchr(b'/', text(&word)).filter(|&at| at > 0)?;
            let at = memchr::memchr(b'@', text(&word)).filter(|&at| at > slash + 1)?;
            Some(word.start + slash + 1..word.start + at)
        }
        Taking::BehindShare => {
            let plain = |word: &&Range<usize>| !matches!(text(word).first(), Some(b'-' | b'/'));
            let share = words.iter().position(|word| text(word).starts_with(b"\\\\"))?;
            words[share + 1..].iter().find(plain).cloned()
        }
        Taking::Piped | Taking::PipedAlone(_) => None,
    }
}

/// The value of the first of `options`: the next word, or what is joined to it. Of short ones written together, `-su`, the
/// last takes the value.
fn behind_option(window: &Window<'_>, words: &[Range<usize>], options: &[&[u8]]) -> Option<Range<usize>> {
    words.iter().enumerate().find_map(|(index, word)| {
        let text = window.slice(word.clone());
        options.iter().find_map(|option| {
            let long = option.starts_with(b"--");
            let joined = long.then_some(b"=" as &[u8]);
            let last = option[option.len() - 1];
            let together = option.len() == 2
                && text.len() <= 6
                && text.starts_with(b"-")
                && text[1..].iter().all(u8::is_ascii_alphabetic)
                && text.last() == Some(&last);
            if text == *option || together {
                return words.get(index + 1).filter(|next| window.byte(next.start) != Some(b'-')).cloned();
            }
            let rest = text.strip_prefix(*option)?;
            let rest = match joined {
                Some(equals) => rest.strip_prefix(equals)?,
                None => rest,
            };
            (!rest.is_empty()).then(|| word.end - rest.len()..word.end)
        })
    })
}

/// `ConvertTo-SecureString "x" -AsPlainText -Force`, `"x" | ConvertTo-SecureString -AsPlainText`.
fn plain_text(window: &Window<'_>, anchor: &Range<usize>, words: &[Range<usize>]) -> Option<Range<usize>> {
    let plain = |word: &&Range<usize>| window.slice(word.start..word.start + 12).eq_ignore_ascii_case(b"-asplaintext");
    words.iter().find(plain)?;
    let quoted = words.iter().find(|word| quoted::read(window, word.start).is_some()).cloned();
    quoted.or_else(|| {
        let blank = Class::of(" \t");
        let bar = window.run_back(anchor.start, blank, 16);
        let end = window.run_back(bar.checked_sub(1)?, blank, 16);
        let quote =
            window.before(end).filter(|byte| window.before(bar) == Some(b'|') && matches!(byte, b'"' | b'\''))?;
        let line = context::line_start(window, anchor.start)?;
        let open = memchr::memrchr(quote, window.slice(line..end - 1))? + line;
        Some(open..end)
    })
}

/// `echo "user:password" | chpasswd`, `echo "password" | docker login`.
fn piped(window: &Window<'_>, anchor: &Range<usize>, with_user: bool) -> Option<Assignment> {
    let line = context::line_start(window, anchor.start)?;
    let before = window.slice(line..anchor.start);
    let bar = memchr::memrchr(b'|', before)?;
    let echo = memchr::memmem::rfind(&before[..bar], b"echo ")?;
    let words = shell::words(window, line + echo + 5);
    let word = words.iter().find(|word| window.byte(word.start) != Some(b'-'))?;
    let (pair, quoting) = shell::content(window, word.clone())?;
    let value = match with_user {
        true => pair.start + memchr::memchr(b':', window.slice(pair.clone()))? + 1..pair.end,
        false => pair,
    };
    let key = anchor.clone();
    let quoting = if quoting == Quoting::Quoted { quoting } else { Quoting::Embedded };
    (!value.is_empty()).then_some(Assignment { key, value, operator: Operator::Place, quoting })
}

#[cfg(test)]
mod tests {
    use super::super::anchors;
    use super::COMMANDS;

    #[test]
    fn every_command_that_is_looked_for_has_a_way_and_no_other() {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in COMMANDS {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        assert_eq!(names, anchors::COMMANDS);
    }
}
