#![allow(clippy::unwrap_used)]

use super::super::tests::{assert_spans, spans};
use super::super::{MAX_DEPTH, ReadError, Syntax, Value, read};

fn values(text: &str) -> Vec<(String, Value)> {
    spans(Syntax::Jenkinsfile, text).into_iter().map(|(route, _, value)| (route, value)).collect()
}

/// The strings and what has to be filled in, in order; names and calls are left out.
fn texts(text: &str) -> Vec<String> {
    let found = spans(Syntax::Jenkinsfile, text).into_iter();
    found.filter(|(.., value)| matches!(value, Value::String(_))).map(|(_, shown, _)| shown).collect()
}

#[test]
fn a_declarative_pipeline() {
    assert_spans(
        Syntax::Jenkinsfile,
        "@Library('shared') _\npipeline {\n  agent any\n  options { timeout(time: 1, unit: 'HOURS') } // é\n  environment {\n    REGION = 'eu'\n    KEY = credentials('key-id')\n  }\n  stages {\n    stage('Build') {\n      steps {\n        sh 'make \"é\"'\n        sh(script: \"\"\"\n          a ${b}\n        \"\"\", returnStdout: true)\n        echo \"x\"\n      }\n    }\n  }\n}\n",
        &[
            ("Library", "shared"),
            ("pipeline.agent", "any"),
            ("pipeline.options.timeout.time", "1"),
            ("pipeline.options.timeout.unit", "HOURS"),
            ("pipeline.environment.REGION", "eu"),
            ("pipeline.environment.KEY", "credentials('key-id')"),
            ("pipeline.environment.KEY", "key-id"),
            ("pipeline.stages.stage.Build.steps.sh", "make \"é\""),
            ("pipeline.stages.stage.Build.steps.sh.script", "\n          a ${b}\n        "),
            ("pipeline.stages.stage.Build.steps.sh.returnStdout", "true"),
            ("pipeline.stages.stage.Build.steps.echo", "x"),
        ],
    );
}

#[test]
fn a_scripted_pipeline() {
    let text = "#!groovy\nimport a.b.C\ndef names = ['a', \"b\"]\nString key = 'k'\nnode('linux') {\n  if (x == 'no') {\n    sh 'one'\n  } else if (y) {\n    sh 'two'\n  } else {\n    sh 'three'\n  }\n  if (!(v ==~ /^[a: \\/*#]+$/)) { bat\"four and\" }\n  try { sh 'four' } catch (Exception e) { echo 'five' } finally { deleteDir() }\n  withCredentials([string(credentialsId: 'id', variable: 'V')]) {\n    def out = sh(script: 'six', returnStdout: true).trim()\n    names.each { name -> sh 'seven' }\n    docker.image('img').inside('-v') { sh 'eight' }\n  }\n  parallel(a: { sh 'nine' }, b: { sh 'ten' })\n  count++\n  sh 'eleven'\n  x = y ? 'p' : 'q'\n  switch (z) { case 'r': sh 'twelve'; break }\n}\n";
    let expected = [
        "a", "b", "k", "one", "two", "three", "four and", "four", "five", "id", "V", "six", "seven", "img", "-v",
        "eight", "nine", "ten", "eleven", "p", "q", "twelve",
    ];
    assert_eq!(texts(text), expected);
}

#[test]
fn what_groovy_fills_in_is_unknown() {
    let found = values(
        "a = \"x ${y} z\"\nb = 'x ${y}'\nc = \"cost \\$5 \\$x\"\nd = \"$e\"\nf = '''g\n\"h'''\ni = \"${j[\"k\"]}\"\nl = /m/\n",
    );
    let expected = [
        ("a", Value::Expression("x ${y} z".into())),
        ("b", Value::String("x ${y}".into())),
        ("c", Value::String("cost $5 $x".into())),
        ("d", Value::Expression("$e".into())),
        ("f", Value::String("g\n\"h".into())),
        ("i", Value::Expression("${j[\"k\"]}".into())),
        ("l", Value::Expression("/m/".into())),
    ];
    let expected: Vec<(String, Value)> = expected.into_iter().map(|(route, value)| (route.to_owned(), value)).collect();
    assert_eq!(found, expected);
}

#[test]
fn commands_go_over_lines_behind_a_comma() {
    assert_spans(
        Syntax::Jenkinsfile,
        "git url: 'u',\n    credentialsId: 'c'\nstage 'x', {\n  sh 'y'\n}\nstages\n{\n  sh 'z'\n}\n",
        &[
            ("git.url", "u"),
            ("git.credentialsId", "c"),
            ("stage", "stage 'x', {\n  sh 'y'\n}"),
            ("stage", "x"),
            ("stage.sh", "y"),
            ("stages.sh", "z"),
        ],
    );
}

#[test]
fn hostile_texts_end() {
    let parts = [
        "{",
        "(",
        "[",
        "\"${",
        "\"\"\"${\"",
        "'",
        "/",
        "$/",
        "/*",
        "a(",
        "a {",
        "x ? ",
        "!",
        "a.",
        "else ",
        "if (",
        "a = ",
        "@",
        "{ a ->",
        ".b()",
        "}",
        ")",
        "é",
        "a b: ",
    ];
    for part in parts {
        let text = part.repeat(20_000);
        match read(Syntax::Jenkinsfile, text.as_bytes()) {
            Ok(_) | Err(ReadError::TooDeep { .. }) => {}
            Err(error) => panic!("{part:?}: {error}"),
        }
    }
    let deep = format!("{}{}", "a { ".repeat(MAX_DEPTH), "}".repeat(MAX_DEPTH));
    assert!(matches!(read(Syntax::Jenkinsfile, deep.as_bytes()), Err(ReadError::TooDeep { .. })));
}
