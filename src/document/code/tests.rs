#![allow(clippy::unwrap_used)]

use super::*;

/// The tokens, one blank between them: texts in `«»`, parts that are worked out in `‹›`, the end of a line as `¶`.
fn dump(path: &str, text: &str) -> String {
    let code = Code::read(path.as_bytes(), text).unwrap();
    let show = |number: usize| match code.tokens[number].kind {
        Kind::Text => format!("«{}»", code.said(number)),
        Kind::Hole => "‹".to_owned(),
        Kind::HoleEnd => "›".to_owned(),
        Kind::Line => "¶".to_owned(),
        _ => code.said(number).to_owned(),
    };
    (0..code.tokens.len()).map(show).collect::<Vec<_>>().join(" ")
}

#[test]
fn strings_comments_and_what_is_worked_out() {
    let cases: &[(&str, &str, &str)] = &[
        ("a.js", "a = 'it\\'s' // \"no\"\n/* 'x */ b", "a = «it\\'s» ¶ b"),
        ("a.js", "`a${b + `c${d}`}e`;", "«a» ‹ b + «c» ‹ d › «» › «e» ;"),
        ("a.ts", "const t: string = x?.y ?? z\nlet u", "const t : string = x ?. y ?? z ¶ let u"),
        ("a.js", "x = a / b / c; y = /[/'\"]+/g.test(s)", "x = a / b / c ; y = /[/'\"]+/ g . test ( s )"),
        ("a.jsx", "<b>don't</b>\n<i/>", "< b > don «t</b>» < i / >"),
        ("a.js", "a\n  .b()\n  .c()\nd", "a . b ( ) . c ( ) ¶ d"),
        ("a.py", "x = f'a{b[\"c\"]!r:>{w}}{{d}}' + r'\\'", "x = «a» ‹ b [ «c» ] ! r : > { w } › «{{d}}» + «\\'»"),
        ("a.py", "def f(a,\n  b):\n  '''d\n'''\n  return 1 # c\n", "def f ( a , b ) : ¶ «d\n» ¶ return 1 ¶"),
        ("a.py", "a = 1 + \\\n 2\nb", "a = 1 + 2 ¶ b"),
        (
            "a.php",
            "it's <?php # c\n$a = \"b$c->d{$e['f']}\"; ?> don't <?= $g ?>",
            "$a = «b» ‹ c -> d › «» ‹ $e [ «f» ] › «» ; $g",
        ),
        ("a.php", "<?php $a = <<<'X'\nit's\nX;\nb();", "$a = «» ; b ( ) ;"),
        ("a.rb", "a = \"x#{b}\" # it's\nc <<~T, d\n  it's\n  T\ne", "a = «x» ‹ b › «» ¶ c «» , d ¶ e"),
        ("A.java", "String a = \"\"\"\n \"b\" \"\"\"; char c = '\"';", "String a = «\n \"b\" » ; char c = «\"» ;"),
        ("a.kt", "val a = \"$b ${c.d}\"\nval e", "val a = «» ‹ b › « » ‹ c . d › «» ¶ val e"),
        ("a.go", "a := `b\"` + \"c\"\nd++\ne", "a := «b\"» + «c» ¶ d ++ ¶ e"),
        ("a.cs", "var a = $\"b{c}\" + @\"d\\\";", "var a = «b» ‹ c › «» + «d\\» ;"),
        ("a.c", "#error don't\nx = 1'000 + 'a';", "# error don «t» x = 1'000 + «a» ;"),
        (
            "a.rs",
            "fn f<'a>(x: &'a str) { g!(\"{x:?} {} {{y}\", '\\'', 'é'); r#\"\"q\"\"#; }",
            "fn f < a > ( x : & a str ) { g ! ( «» ‹ x › « {} {{y}» , '\\'' , 'é' ) ; «\"q\"» ; }",
        ),
        (
            "a.html",
            "<p>it's</p><script>a('é')</script><SCRIPT type=\"application/json\">{b}</script><script type=module>c",
            "a ( «é» ) c",
        ),
        ("a.vue", "<template>{{ x }}</template>\n<script setup lang=\"ts\">\nlet a = 1\n</script>", "let a = 1"),
        ("a.dart", "var a = '$b';", "var a = «» ‹ b › «» ;"),
    ];
    let wrong: Vec<_> = cases
        .iter()
        .map(|(path, text, expected)| (*path, dump(path, text), expected.to_string()))
        .filter(|(_, found, expected)| found.trim_end_matches(" ¶") != expected.trim_end_matches(" ¶"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn brackets_know_their_partners() {
    let text = "f(a, [b, {c: `d${e}`}], (g))";
    let code = Code::read(b"a.js", text).unwrap();
    let parts = |row| code.parts(row).into_iter().map(|part| code.said(part.start)).collect::<Vec<_>>();
    let end = code.partner(1).unwrap();
    assert_eq!((code.said(end), code.partner(end), end), (")", Some(1), code.tokens.len() - 1));
    assert_eq!(parts(2..end), ["a", "[", "("]);
    // What is mixed up has no partner, and takes none from others.
    let code = Code::read(b"a.js", "(a]b)").unwrap();
    assert_eq!((code.partner(0), code.partner(2)), (Some(4), None));
}

#[test]
fn every_token_is_a_part_of_the_text() {
    let scraps = [
        "'", "\"", "`", "${", "}", "{", "(", ")", "]", "\\", "\n", "/", "/*", "é", "<<<A", "#{", "$a", "r#\"", "f\"{",
        "<?php ", "a",
    ];
    let mut state = 7u32;
    for round in 0..4000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(scraps[(state >> 16) as usize % scraps.len()]);
        }
        let paths = ["a.js", "a.py", "a.php", "a.rb", "a.kt", "a.go", "a.cs", "a.c", "a.rs", "a.dart"];
        let code = Code::read(paths[round % paths.len()].as_bytes(), &text).unwrap();
        let mut at = 0;
        for number in 0..code.tokens.len() {
            let span = code.span(number);
            assert!(span.start >= at && text.get(span.clone()).is_some(), "{text:?}: {span:?} behind {at}");
            at = span.end;
            if let Some(partner) = code.partner(number) {
                assert!(partner < code.tokens.len(), "{text:?}");
            }
        }
    }
}

#[test]
fn the_work_is_bounded() {
    let start = std::time::Instant::now();
    for unit in ["(", "(]", "`${", "\"", "\n", "a\n", "<<<A\n", "/", "'", "{$", "</", "<?php ", "<script>"] {
        for path in ["a.js", "a.py", "a.php", "a.rb", "a.html"] {
            let text = format!("{}.", unit.repeat(400_000 / unit.len()));
            let _ = Code::read(path.as_bytes(), &text);
        }
    }
    assert!(start.elapsed() < std::time::Duration::from_secs(20), "{:?}", start.elapsed());
}
