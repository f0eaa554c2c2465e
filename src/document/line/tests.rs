use super::*;

mod places;

fn read(text: &str, word: &str) -> Option<(String, String, Operator, Quoting)> {
    let at = text.to_ascii_lowercase().find(word)?;
    let window = Window::new(text.as_bytes(), at, 1024);
    let found = read_assignment(&window, at..at + word.len())?;
    Some((text[found.key].to_owned(), text[found.value].to_owned(), found.operator, found.quoting))
}

#[test]
fn the_forms_of_many_languages_are_read() {
    use Operator::{Argument, Assign, Compare, Element, Flag};
    use Quoting::{Bare, Quoted};
    for (text, key, value, operator, quoting) in [
        ("DB_PASSWORD=abc def", "DB_PASSWORD", "abc", Assign, Bare),
        ("password: 'a b'", "password", "a b", Assign, Quoted),
        ("\"password\": \"x\\\"y\",", "password", "x\\\"y", Assign, Quoted),
        ("{\\\"password\\\": \\\"abc\\\"}", "password", "abc", Assign, Quoted),
        ("cfg['password'] = r'abc'", "password", "abc", Assign, Quoted),
        ("password: str = \"abc\"", "password", "abc", Assign, Quoted),
        ("let dbPassword := `abc`;", "dbPassword", "abc", Assign, Quoted),
        ("'password' => 'abc',", "password", "abc", Assign, Quoted),
        ("if (password == \"abc\")", "password", "abc", Compare, Quoted),
        ("<password>abc</password>", "password", "abc", Element, Bare),
        ("setPassword(\"abc\")", "setPassword", "abc", Argument, Quoted),
        ("put(\"password\", \"abc\")", "password", "abc", Argument, Quoted),
        ("mysql --password abc -h x", "--password", "abc", Flag, Bare),
        ("?password=abc&x=y", "password", "abc", Assign, Bare),
        ("this.password = \"abc\"", "this.password", "abc", Assign, Quoted),
        ("password = \"\"\"abc\"\"\"", "password", "abc", Assign, Quoted),
        ("f(password=abc123)", "password", "abc123", Assign, Bare),
        ("x password=${ABC}, y", "password", "${ABC}", Assign, Bare),
    ] {
        let expected = Some((key.to_owned(), value.to_owned(), operator, quoting));
        assert_eq!(read(text, "password"), expected, "{text}");
    }
    let header = read("Authorization: Bearer abc123", "authorization").map(|it| it.1);
    assert_eq!(header.as_deref(), Some("abc123"));
    let header = read("'Authorization': 'Basic abc123'", "authorization").map(|it| it.1);
    assert_eq!(header.as_deref(), Some("abc123"));
}

#[test]
fn what_is_no_assignment_is_dismissed() {
    for text in [
        "the password is long",
        "passwords = 'abc'",
        "password(x)",
        "password)",
        "password = \"a\nb\"",
        "password == x",
        "password::new()",
        "password\" = 'x'",
        "password =",
        "password.length = 'abc'",
        "password.encode('abc')",
        "['password', 'abc', 'def']",
        "{'password', 'abc': 1}",
        "$password = abc",
        "password",
    ] {
        assert_eq!(read(text, "password"), None, "{text}");
    }
    assert_eq!(read("tokenizer = 'abc'", "token"), None);
    assert_eq!(read("TOKENIZER = 'abc'", "token"), None);
    assert_eq!(read("mytoken = 'abc'", "token"), None);
}

#[test]
fn the_twenty_languages_are_read() {
    use Operator::{Argument, Assign, Default, Directive, Flag};
    for (text, operator) in [
        // Python
        ("password: Optional[str] = \"abc\"", Assign),
        ("os.environ[\"DB_PASSWORD\"] = 'abc'", Assign),
        ("os.environ.get('DB_PASSWORD', 'abc')", Argument),
        ("parser.add_argument(\"--password\", default=\"abc\")", Argument),
        ("x = os.getenv('DB_PASSWORD') or 'abc'", Default),
        ("if (password := \"abc\"):", Assign),
        // JavaScript, TypeScript
        ("process.env.DB_PASSWORD || 'abc'", Default),
        ("process.env.DB_PASSWORD ?? `abc`", Default),
        ("private readonly password: string = 'abc';", Assign),
        ("password?: string = 'abc'", Assign),
        ("<Login password={\"abc\"} />", Assign),
        // Java, Groovy, Kotlin, Scala
        ("@Config(password = \"abc\")", Assign),
        ("\"password\" to \"abc\"", Assign),
        ("\"password\" -> \"abc\"", Assign),
        ("val password: String = \"abc\"", Assign),
        ("storePassword 'abc'", Directive),
        // C, C++, Objective-C
        ("#define DB_PASSWORD \"abc\"", Directive),
        ("char password[] = \"abc\";", Assign),
        ("char password[32] = \"abc\";", Assign),
        ("std::string password{\"abc\"};", Argument),
        ("std::string password = R\"(abc)\";", Assign),
        ("NSString *password = @\"abc\";", Assign),
        ("@{@\"password\": @\"abc\"}", Assign),
        ("[client setPassword:@\"abc\"]", Assign),
        // C#, Visual Basic
        ("public string Password { get; set; } = \"abc\";", Assign),
        ("[\"Password\"] = @\"abc\"", Assign),
        ("Dim password As String = \"abc\"", Assign),
        // Go
        ("var password string = \"abc\"", Assign),
        ("password: 'abc', x = 'y'", Assign),
        ("password := []byte(\"abc\")", Assign),
        ("Password:    \"abc\",", Assign),
        // Rust
        ("password: \"abc\".to_string()", Assign),
        ("const PASSWORD: &'static str = \"abc\";", Assign),
        ("password: Some(\"abc\")", Assign),
        ("password: String::from(r#\"abc\"#)", Assign),
        // PHP
        ("define('DB_PASSWORD', 'abc');", Argument),
        ("$password = 'abc';", Assign),
        ("getenv('DB_PASSWORD') ?: 'abc'", Default),
        ("$this->password = 'abc'", Assign),
        // Ruby
        (":password => 'abc'", Assign),
        ("@password = 'abc'", Assign),
        ("  password 'abc'", Directive),
        // Swift, Dart
        ("let password: String? = \"abc\"", Assign),
        ("String.fromEnvironment('PASSWORD', defaultValue: 'abc')", Argument),
        // Perl, R, Lua, Elixir, Haskell, Lisp
        ("$ENV{password} = 'abc'", Assign),
        ("password <- \"abc\"", Assign),
        ("password = [[abc]]", Assign),
        ("  @password \"abc\"", Directive),
        ("password = Just \"abc\"", Assign),
        ("{:user \"x\" :password \"abc\"}", Directive),
        // Shell, PowerShell, Tcl
        ("export DB_PASSWORD='abc'", Assign),
        ("set -x DB_PASSWORD 'abc'", Directive),
        ("set password \"abc\"", Directive),
        ("New-User -Name x -Password \"abc\"", Flag),
        ("keytool -password abc -x", Flag),
        ("${DB_PASSWORD:-abc}", Assign),
        ("N'x', @password = N'abc'", Assign),
    ] {
        let found = read(text, "password").map(|it| (it.1, it.2));
        assert_eq!(found, Some(("abc".to_owned(), operator)), "{text}");
    }
}

#[test]
fn configuration_formats_are_read() {
    use Operator::{Assign, Directive, Pair};
    for (text, operator) in [
        ("password: |\n  abc\n", Assign),
        ("password: >-\n  abc\n", Assign),
        ("password: &db abc\n", Assign),
        ("password: !!str abc\n", Assign),
        ("- name: DB_PASSWORD\n  value: abc\n", Pair),
        ("- name: DB_PASSWORD\n  value: \"abc\"\n", Pair),
        ("{\"name\": \"DB_PASSWORD\", \"value\": \"abc\"}", Pair),
        ("{\\\"name\\\": \\\"DB_PASSWORD\\\", \\\"value\\\": \\\"abc\\\"}", Pair),
        ("{\"ParameterKey\": \"DbPassword\", \"ParameterValue\": \"abc\"}", Pair),
        ("<add key=\"Password\" value=\"abc\"/>", Pair),
        ("<property name=\"password\" type=\"string\" value=\"abc\"/>", Pair),
        ("<entry key=\"password\">abc</entry>", Pair),
        ("<property name=\"password\"><value>abc</value></property>", Pair),
        ("variable \"db_password\" {\n  type = string\n  default = \"abc\"\n}", Pair),
        ("| user | x |\n| password | abc |", Pair),
        ("| password | `abc` |", Pair),
        ("**password**: abc", Assign),
        ("&quot;password&quot;: &quot;abc&quot;", Assign),
        ("a.b.password=abc", Assign),
        ("password = abc ; the comment", Assign),
        ("ENV DB_PASSWORD abc", Directive),
        ("machine x login y password abc", Directive),
    ] {
        let found = read(text, "password").map(|it| (it.1, it.2));
        assert_eq!(found, Some(("abc".to_owned(), operator)), "{text}");
    }
}

#[test]
fn settings_of_connection_strings_end_where_the_next_begins() {
    for text in [
        "\"Server=x;Password=abc;Database=y\"",
        "\"Server=x;User Id=y;Password=abc;\"",
        "jdbc:x://h/d?user=u&password=abc&ssl=true",
        "host:6379,password=abc,ssl=True",
        "jdbc:derby://h/d;user=u;password=abc;create=true",
        "\"user=u password=abc host=h\"",
    ] {
        assert_eq!(read(text, "password").map(|it| it.1).as_deref(), Some("abc"), "{text}");
    }
    assert_eq!(read("PASSWORD=a;c", "password").map(|it| it.1).as_deref(), Some("a;c"));
}

#[test]
fn what_has_no_quotes_within_a_string_or_comment_is_text_of_it() {
    for (text, quoting) in [
        ("open(\"password=abc\")", Quoting::Embedded),
        ("  // password: abc", Quoting::Embedded),
        ("x = 1; // password: abc", Quoting::Embedded),
        (" * password: abc", Quoting::Embedded),
        ("-- password = abc", Quoting::Embedded),
        ("password: abc", Quoting::Bare),
        ("open(\"x\", password=abc)", Quoting::Bare),
        ("don't: password=abc", Quoting::Bare),
        ("x['a'] = x['password'] = abc", Quoting::Bare),
        ("\"{\\\"password\\\": abc}\"", Quoting::Embedded),
        ("#define x password=abc", Quoting::Bare),
    ] {
        assert_eq!(read(text, "password").map(|it| it.3), Some(quoting), "{text}");
    }
}

#[test]
fn a_scheme_is_a_key_of_its_own() {
    for text in [
        "setRequestHeader(\"Authorization\", \"Bearer abc12345\")",
        "-H 'Authorization: Bearer abc12345'",
        "('Authorization', 'Bearer abc12345'),",
        "proxy_set_header Authorization \"Bearer abc12345\";",
    ] {
        assert_eq!(read(text, "bearer").map(|it| it.1).as_deref(), Some("abc12345"), "{text}");
    }
    assert_eq!(read("the bearer of this", "bearer"), None);
    assert_eq!(read("Bearer $apikey1", "bearer"), None);
}

#[test]
fn texts_that_only_look_like_the_forms_are_dismissed() {
    for text in [
        "the password \"abc\" is wrong",
        "password | abc",
        "| password | hash | salt |  |".replace("hash", "").as_str(),
        "func setPassword(password string) error",
        "password string",
        "- name: password\n  type: abc\n",
        "{\"name\": \"password\"}",
        "<input name=\"password\">",
        "variable \"password\" {}",
        "case \"password\": return abc",
        "if err := password; err != nil",
        "password=`cut -f2 abc`",
        "f(\"password: wrong number\")",
        "<PasswordMeter size=\"x\"/>",
        "Password 'x' and more",
        "a: (b | password | c |",
        "\"http://<user>:<password>@host\"",
        "/// f(x.password().unwrap(), y)",
    ] {
        let found = read(text, "password");
        let value = found.as_ref().map(|it| it.1.as_str());
        assert!(matches!(value, None | Some("return")), "{text}: {found:?}");
    }
}
