//! Notebooks, databases and PDF: a token that no search of the bytes finds, because the format takes it apart.

use keysieve::notice::Cause;

use crate::build::{Zipped, zip, zlib};
use crate::support::{notices, places, scan, token};

/// A notebook whose cell has the token in two of its strings.
pub fn notebook(secret: &str) -> Vec<u8> {
    let (one, two) = secret.split_at(9);
    format!(
        "{{\"cells\": [{{\"cell_type\": \"code\",\n \"source\": [\n  \"x = 1\\n\",\n  \"client(\\\"{one}\",\n  \"{two}\\\")\"\n ]}}], \"nbformat\": 4}}\n"
    )
    .into_bytes()
}

fn varint(value: usize) -> Vec<u8> {
    match value {
        0..128 => vec![value as u8],
        _ => vec![(value >> 7) as u8 | 0x80, value as u8 & 0x7F],
    }
}

/// A record of texts and, for a number, one byte.
fn record(values: &[Result<&str, u8>]) -> Vec<u8> {
    let types: Vec<u8> = values
        .iter()
        .flat_map(|value| match value {
            Ok(text) => varint(13 + 2 * text.len()),
            Err(_) => vec![1],
        })
        .collect();
    let mut out = varint(types.len() + 1);
    out.extend(types);
    for value in values {
        match value {
            Ok(text) => out.extend(text.as_bytes()),
            Err(number) => out.push(*number),
        }
    }
    out
}

/// The page of a table with these cells, whose content is the page's last bytes.
fn leaf(before: usize, cells: &[Vec<u8>]) -> Vec<u8> {
    let mut page = vec![0; 512];
    let mut end = 512;
    page[before] = 13;
    page[before + 3..before + 5].copy_from_slice(&(cells.len() as u16).to_be_bytes());
    for (index, cell) in cells.iter().enumerate() {
        end -= cell.len();
        page[end..end + cell.len()].copy_from_slice(cell);
        let at = before + 8 + 2 * index;
        page[at..at + 2].copy_from_slice(&(end as u16).to_be_bytes());
    }
    page[before + 5..before + 7].copy_from_slice(&(end as u16).to_be_bytes());
    page
}

fn cell(row: u8, record: &[u8]) -> Vec<u8> {
    [varint(record.len()), vec![row], record.to_vec()].concat()
}

/// A row that goes on in the page `next`, and what stands there.
fn spilt(row: u8, record: &[u8], next: u32) -> (Vec<u8>, Vec<u8>) {
    let least = (512 - 12) * 32 / 255 - 23;
    let local = least + (record.len() - least) % 508;
    let local = if local <= 512 - 35 { local } else { least };
    let cell = [varint(record.len()), vec![row], record[..local].to_vec(), next.to_be_bytes().to_vec()].concat();
    let mut page = vec![0; 4];
    page.extend(&record[local..]);
    page.resize(page.len().max(512), 0);
    (cell, page)
}

/// A database of four pages: the schema; a table with the token at the edge of a page; what that page leaves over; and a
/// page that was given back, with a deleted row.
pub fn database(secret: &str) -> Vec<u8> {
    build(secret, secret)
}

fn build(secret: &str, deleted: &str) -> Vec<u8> {
    let sql = "CREATE TABLE accounts(id INTEGER PRIMARY KEY, user TEXT, password TEXT)";
    let mut first = leaf(100, &[cell(1, &record(&[Ok("table"), Ok("accounts"), Ok("accounts"), Err(2), Ok(sql)]))]);
    first[..16].copy_from_slice(b"SQLite format 3\0");
    first[16..18].copy_from_slice(&512_u16.to_be_bytes());
    first[59] = 1;
    // The page takes as much of a row as lets the rest fill whole pages: the row is made to be cut within the token.
    let cut = (400..520).find_map(|length| {
        let row =
            record(&[Err(1), Ok(&format!("a word and a word and {secret}")), Ok(&"a word ".repeat(80)[..length])]);
        let at = memchr::memmem::find(&row, secret.as_bytes()).unwrap();
        let (cell, page) = spilt(1, &row, 3);
        let local = cell.len() - 4 - varint(row.len()).len() - 1;
        ((at + 5..at + 20).contains(&local) && page.len() == 512).then_some((cell, page))
    });
    let (cell_one, overflow) = cut.unwrap();
    let table = leaf(0, &[cell_one]);
    // Its first bytes are written over by the list of free pages; the row's neighbour has no blank before the token.
    let mut free = leaf(0, &[cell(9, &record(&[Err(7), Ok("neighbour"), Ok(deleted), Ok("next")]))]);
    free[..8].fill(0);
    [first, table, overflow, free].concat()
}

#[test]
fn rows_are_read_over_the_edges_of_pages() {
    let (secret, deleted) = (token("row"), token("deleted"));
    let file = build(&secret, &deleted);
    assert!(memchr::memmem::find(&file, secret.as_bytes()).is_none(), "the bytes do not show it");
    let outcome = scan("x.db", file.clone());
    assert_eq!(places(&outcome, &secret), ["x.db!accounts"], "{:?}", outcome.notices);
    assert_eq!(places(&outcome, &deleted), ["x.db!unused pages"]);
    assert!(notices(&outcome, Cause::DamagedContainer).is_empty(), "{:?}", outcome.notices);
    let outcome = scan("x.zip", zip(&[Zipped::new("in.db", &file)]));
    assert_eq!(places(&outcome, &secret), ["x.zip!in.db!accounts"]);
}

#[test]
fn a_column_is_the_key_of_its_values() {
    // A word of the kind that only its key makes a secret.
    let password = format!("{}{}", &token("pass")[8..20], "-xQ7");
    let sql = "CREATE TABLE users(name TEXT, password TEXT)";
    let mut first = leaf(100, &[cell(1, &record(&[Ok("table"), Ok("users"), Ok("users"), Err(2), Ok(sql)]))]);
    first[..16].copy_from_slice(b"SQLite format 3\0");
    first[16..18].copy_from_slice(&512_u16.to_be_bytes());
    let file = [first, leaf(0, &[cell(1, &record(&[Ok("anna"), Ok(&password)]))])].concat();
    let outcome = scan("x.db", file);
    assert_eq!(places(&outcome, &password), ["x.db!users"], "{:?}", outcome.findings);
}

#[test]
fn strings_of_a_cell_are_joined_and_found_in_the_file() {
    let secret = token("cell");
    let file = notebook(&secret);
    let outcome = scan("x.ipynb", file.clone());
    assert_eq!(places(&outcome, &secret), ["x.ipynb"]);
    let place = &outcome.findings[0].places[0];
    let (one, two) = secret.split_at(9);
    assert!(file[place.span.start as usize..].starts_with(one.as_bytes()));
    assert!(file[..place.span.end as usize].ends_with(two.as_bytes()));
    assert_eq!((place.start.line, place.end.line), (4, 5));
    let zipped = scan("x.zip", zip(&[Zipped::new("in.ipynb", &file)]));
    assert_eq!(places(&zipped, &secret), ["x.zip!in.ipynb"]);
}

#[test]
fn a_secret_that_a_notebook_shows_as_it_is_has_one_place() {
    let secret = token("plain");
    let file = format!("{{\"cells\": [{{\"source\": [\"a\\n\", \"k = '{secret}'\\n\"]}}]}}");
    assert_eq!(places(&scan("x.ipynb", file.into_bytes()), &secret), ["x.ipynb"]);
}

/// A document that draws the token in two pieces, in a compressed stream.
pub fn document(secret: &str) -> Vec<u8> {
    let (one, two) = secret.split_at(11);
    let page = format!("BT /F1 12 Tf 72 720 Td (the key is) Tj 0 -14 Td [({one}) -17 ({two})] TJ ET");
    let packed = zlib(page.as_bytes());
    let mut out = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n".to_vec();
    out.extend(format!("4 0 obj\n<< /Length {} /Filter /FlateDecode >>\nstream\n", packed.len()).as_bytes());
    out.extend(packed);
    out.extend(b"\nendstream\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n");
    out
}

fn stream(number: u32, entries: &str, bytes: &[u8]) -> Vec<u8> {
    let packed = zlib(bytes);
    let head = format!("{number} 0 obj\n<< {entries} /Length 99 0 R /Filter [/FlateDecode] >>\nstream\r\n");
    [head.as_bytes(), &packed, b"\nendstream\nendobj\n"].concat()
}

#[test]
fn pieces_of_a_line_of_a_document_are_joined() {
    let secret = token("page");
    let outcome = scan("x.pdf", document(&secret));
    assert_eq!(places(&outcome, &secret), ["x.pdf!object 4"], "{:?}", outcome.notices);
    assert_eq!(outcome.findings[0].places[0].start.line, 2);
    assert!(outcome.notices.is_empty(), "{:?}", outcome.notices);
}

#[test]
fn fonts_hexadecimal_texts_and_streams_of_objects_are_read() {
    let [glyphs, hex, title, script] = ["glyphs", "hex", "title", "script"].map(token);
    let codes: String = glyphs.bytes().map(|byte| format!("{:04x}", u16::from(byte) + 0x300)).collect();
    let table = "1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0300> <037F> <0000> endbfrange";
    let digits: String = hex.bytes().map(|byte| format!("{byte:02X} ")).collect();
    let (one, two) = title.split_at(10);
    let objects = format!("7 0 8 20 << /Kids 1 >>      << /Title ({one}\\\n{two}) >>");
    let first = objects.find("<<").unwrap();
    let second = objects.rfind("<<").unwrap() - first;
    let objects = objects.replacen("8 20", &format!("8 {second:2}"), 1);
    let file = [
        b"%PDF-1.7\n".to_vec(),
        stream(3, "", format!("BT /F1 9 Tf <{codes}> Tj 0 -9 Td /F9 9 Tf <{digits}> Tj ET").as_bytes()),
        b"5 0 obj << /Type /Font /ToUnicode 6 0 R >> endobj 9 0 obj << /Font << /F1 5 0 R >> >> endobj\n".to_vec(),
        stream(6, "", table.as_bytes()),
        stream(10, &format!("/Type /ObjStm /N 2 /First {first}"), objects.as_bytes()),
        stream(11, "", format!("app.launch('{script}');").as_bytes()),
    ]
    .concat();
    let outcome = scan("x.pdf", file);
    assert_eq!(places(&outcome, &glyphs), ["x.pdf!object 3"], "{:?}", outcome.notices);
    assert_eq!(places(&outcome, &hex), ["x.pdf!object 3"]);
    assert_eq!(places(&outcome, &title), ["x.pdf!object 8"]);
    assert_eq!(places(&outcome, &script), ["x.pdf!object 11"]);
}

#[test]
fn an_encrypted_document_is_told() {
    let mut file = document(&token("encrypted"));
    file.extend(b"trailer << /Encrypt 8 0 R >>\n");
    assert_eq!(notices(&scan("x.pdf", file), Cause::Encrypted), ["x.pdf: it is encrypted"]);
}
