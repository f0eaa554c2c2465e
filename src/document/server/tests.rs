#![allow(clippy::unwrap_used)]

use super::super::walk;
use super::*;

fn spans(text: &str) -> Vec<(String, String)> {
    let roots = read(text).unwrap();
    let mut found = Vec::new();
    walk(&roots[0], &mut |trail, node| {
        for entry in node.entries().iter().filter(|entry| entry.key != ARGUMENTS) {
            assert_eq!(text[entry.key_span.clone()].to_lowercase(), entry.key, "the key {:?}", entry.key);
        }
        if !matches!(node.value, Value::Map(_) | Value::Sequence(_)) {
            found.push((trail.route(), text[node.span.clone()].replace('\r', "")));
        }
    });
    found
}

fn assert_spans(text: &str, expected: &[(&str, &str)]) {
    let expected: Vec<(String, String)> = expected.iter().map(|(r, t)| ((*r).to_owned(), (*t).to_owned())).collect();
    let unix = format!("# é\u{1F600}\n{text}");
    for variant in [unix.replace('\n', "\r\n"), format!("\u{FEFF}{unix}"), unix] {
        assert_eq!(spans(&variant), expected, "in {variant:?}");
    }
}

#[test]
fn nginx() {
    assert_spans(
        "user nginx;\nHTTP {\n\tlog_format main '$remote_addr \"é\" '\n    '$http_authorization'; # note\n  server {\n    listen 443 ssl;\n    ssl_session_timeout 1d;\n    location ~ \\.php$ {\n      set $x \"a\\\"b\";\n      proxy_set_header X ${y}z;\n      internal;\n    }\n  }\n}\n",
        &[
            ("user", "nginx"),
            ("http.log_format[0]", "main"),
            ("http.log_format[1]", "$remote_addr \"é\" "),
            ("http.log_format[2]", "$http_authorization"),
            ("http.server.listen[0]", "443"),
            ("http.server.listen[1]", "ssl"),
            ("http.server.ssl_session_timeout", "1d"),
            ("http.server.location.#arguments[0]", "~"),
            ("http.server.location.#arguments[1]", "\\.php$"),
            ("http.server.location.set[0]", "$x"),
            ("http.server.location.set[1]", "a\\\"b"),
            ("http.server.location.proxy_set_header[0]", "X"),
            ("http.server.location.proxy_set_header[1]", "${y}z"),
            ("http.server.location.internal", ""),
        ],
    );
    let text = "a \"b\\\"c\" d;\nserver { x 1; }\nf_by_lua_block { local t = {} return }\ng 1;\n";
    let roots = read(text).unwrap();
    let value = |key: &str| roots[0].get(key).unwrap();
    assert_eq!(value("a").items()[0].as_str(), Some("b\"c"));
    assert_eq!(&text[value("a").span.clone()], "\"b\\\"c\" d");
    assert_eq!(&text[value("server").span.clone()], "{ x 1; }");
    assert_eq!(value("f_by_lua_block").value, Value::Expression(" local t = {} return ".to_owned()));
    assert_eq!(value("g").as_str(), Some("1"));
}

#[test]
fn apache() {
    assert_spans(
        "ServerName é.example\nKeepAlive\n<VirtualHost *:443>\n\tSSLProtocol all \\\n    -SSLv3\n    <IfModule mod_headers.c>\n        Header set X \"a b\"\n    </IfModule>\n    LogFormat \"%{Referer}i\" ref # note\n</virtualhost>\nTimeout 60\n",
        &[
            ("servername", "é.example"),
            ("keepalive", ""),
            ("virtualhost.#arguments[0]", "*:443"),
            ("virtualhost.sslprotocol[0]", "all"),
            ("virtualhost.sslprotocol[1]", "-SSLv3"),
            ("virtualhost.ifmodule.#arguments[0]", "mod_headers.c"),
            ("virtualhost.ifmodule.header[0]", "set"),
            ("virtualhost.ifmodule.header[1]", "X"),
            ("virtualhost.ifmodule.header[2]", "a b"),
            ("virtualhost.logformat[0]", "%{Referer}i"),
            ("virtualhost.logformat[1]", "ref"),
            ("timeout", "60"),
        ],
    );
    let text = "<Directory />\nA 1\n</Directory>\n";
    assert_eq!(&text[read(text).unwrap()[0].get("directory").unwrap().span.clone()], text.trim_end());
}

#[test]
fn haproxy() {
    assert_spans(
        "global\n    stats socket /s mode 660\nfrontend web\n    bind :443\n    option httplog\n",
        &[
            ("global", ""),
            ("stats[0]", "socket"),
            ("stats[1]", "/s"),
            ("stats[2]", "mode"),
            ("stats[3]", "660"),
            ("frontend", "web"),
            ("bind", ":443"),
            ("option", "httplog"),
        ],
    );
}

#[test]
fn what_does_not_close_ends_with_the_file() {
    assert_spans("a { b 1;\n c 2", &[("a.b", "1"), ("a.c", "2")]);
    assert_spans("a 'b;\nc 2;\n", &[("a", "'b"), ("c", "2")]);
    assert_spans("} a 1;\n", &[("a", "1")]);
    assert_spans("<A>\nb 1\n</C>\nd \"e\n", &[("a.b", "1"), ("a.d", "\"e")]);
}

#[test]
fn hostile_files_end() {
    let start = std::time::Instant::now();
    for text in [
        "{",
        "}",
        "a {",
        "a;{",
        "\"",
        "'",
        ";\"",
        ";'\n",
        "a\\",
        "\\\n",
        "<",
        "<A>\n",
        "</",
        "</A>\n",
        "#",
        "\0",
        "${",
        "é",
        "é\\;",
        "\\é;",
        "x_by_lua_block {",
        ">",
        "<>\n",
        "a \"\\",
        "\"a\n",
    ] {
        for count in [1, 3, 200_000] {
            let _ = read(&text.repeat(count));
        }
    }
    assert!(matches!(read(&"{".repeat(200_000)), Err(ReadError::TooDeep { .. })));
    assert!(matches!(read(&"<A>\n".repeat(200_000)), Err(ReadError::TooDeep { .. })));
    assert_eq!(read(&"a;".repeat(1_100_000)), Err(ReadError::TooManyNodes));
    assert!(start.elapsed() < std::time::Duration::from_secs(60), "{:?}", start.elapsed());
}
