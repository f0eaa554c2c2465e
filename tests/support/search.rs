//! Looking for what must not be there.

/// How many bytes of a secret in a row are too many.
const TOO_MANY: usize = 8;

/// The first eight bytes in a row of `own` (a secret without its public prefix) that stand in `output`: as they are,
/// percent-encoded, or as JSON escapes them.
pub fn leak(output: &[u8], own: &[u8]) -> Option<String> {
    assert!(own.len() >= TOO_MANY, "nothing to look for");
    let views = [output.to_vec(), percent_decoded(output), without_backslashes(output)];
    let piece = own.windows(TOO_MANY).find(|piece| views.iter().any(|view| holds(view, piece)))?;
    Some(String::from_utf8_lossy(piece).into_owned())
}

pub fn holds(bytes: &[u8], piece: &[u8]) -> bool {
    bytes.windows(piece.len()).any(|window| window == piece)
}

fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut rest = bytes;
    while let Some((&byte, behind)) = rest.split_first() {
        let hex = behind.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (byte, hex) {
            (b'%', Some(value)) => {
                decoded.push(value);
                rest = &behind[2..];
            }
            _ => {
                decoded.push(byte);
                rest = behind;
            }
        }
    }
    decoded
}

fn without_backslashes(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|&byte| byte != b'\\').collect()
}
