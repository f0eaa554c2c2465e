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
    use Operator::{Argument, Assign, Compare, Element, Flag, Pair};
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
        ("if (user.password.equals(\"abc\"))", "user.password", "abc", Compare, Quoted),
        ("if [ \"$PASSWORD\" = \"abc\" ]; then", "PASSWORD", "abc", Assign, Quoted),
        ("if (\"abc\".equals(password)) {", "password", "abc", Compare, Quoted),
        ("if ('a b' === user.password) {", "user.password", "a b", Compare, Quoted),
        ("if ('abc' != $password) {", "password", "abc", Compare, Quoted),
        ("Map.of(\"user\", \"x\",\n  \"password\", \"abc\", \"url\", y)", "password", "abc", Argument, Quoted),
        ("args: [\"--password\", \"abc\", \"-v\"]", "--password", "abc", Flag, Quoted),
        ("run(\"tool\",\n    \"--password\",\n    \"abc\",\n    \"x\")", "--password", "abc", Flag, Quoted),
        ("args:\n  - --password\n  - abc\n  - -v\n", "--password", "abc", Flag, Bare),
        ("args:\n- \"--password\"\n- \"abc\"\n", "--password", "abc", Flag, Quoted),
        ("set :password, \"abc\"", "password", "abc", Argument, Quoted),
        ("password: { type: String, default: 'abc' }", "password", "abc", Pair, Quoted),
        ("<password type=\"x\" value=\"abc\"/>", "password", "abc", Element, Quoted),
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
fn a_name_may_have_other_words_and_a_value_another_type() {
    for text in [
        "\"Smtp:Password\": \"abc\"",
        "config[\"Smtp:Password\"] = \"abc\"",
        "\"db/password\" = \"abc\"",
        "\"Client Password\": \"abc\"",
        "**password:** abc",
        "**password**: abc",
        "<name>x.ConnectionPassword</name>\n  <value>abc</value>",
        "<param-name>password</param-name><param-value>abc</param-value>",
        "<name>DB_PASSWORD</name>\n<description>for it</description>\n<defaultValue>abc</defaultValue>",
        "const PASSWORD: Option<&str> = Some(\"abc\");",
        "password = Optional.of(\"abc\")",
        "password: str = Field(default=\"abc\")",
        "setPassword(\"abc\")",
    ] {
        assert_eq!(read(text, "password").map(|it| it.1).as_deref(), Some("abc"), "{text}");
    }
    for text in [
        "\"say the password\" + \"abc\"",
        "\"one two three password\": \"abc\"",
        "\"AWS::IAM::Password\": \"abc\"",
        "<name>password</name><name>b</name><value>abc</value>",
        "<b>password</b><value>abc</value>",
        "set_password(\"abc\", user, value)",
    ] {
        assert_eq!(read(text, "password"), None, "{text}");
    }
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
        "{\"name\": \"--password\", \"nargs\": \"1\"}",
        "{'password', 'abc': 1}",
        "$password = abc",
        "Map.of(\"type\", \"password\", \"abc\", x)",
        "Map.of(f(\"x\"), \"password\", \"abc\", x)",
        "if (\"\".equals(password)) {",
        "x = \"abc\" + password",
        "f(\"abc\", password)",
        "\"abc\"\n == password",
        "password",
    ] {
        assert_eq!(read(text, "password"), None, "{text}");
    }
    assert_eq!(read("tokenizer = 'abc'", "token"), None);
    assert_eq!(read("TOKENIZER = 'abc'", "token"), None);
    assert_eq!(read("PASS: gdb.x/a1.exp: b c", "pass"), None);
    assert_eq!(read("is($cred->{password}, 'abc', 'x')", "password"), None);
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

/// The values that are read behind the first `word` of each text.
fn values(cases: &[(&str, &str)], word: &str) {
    for (text, value) in cases {
        assert_eq!(read(text, word).map(|it| it.1).as_deref(), Some(*value), "{text}");
    }
}

#[test]
fn a_setting_goes_on_where_nothing_is_separated() {
    values(
        &[
            ("DB_PASSWORD=a&bC1", "a&bC1"),
            ("export PASSWORD=&a1", "&a1"),
            ("password: a<b1c", "a<b1c"),
            ("password = a>b1", "a>b1"),
            ("password=a\\\\b1", "a\\\\b1"),
            ("password=aaa'b1", "aaa'b1"),
            ("  - PASSWORD=a;b7=c", "a;b7=c"),
            ("password: aaaa d2 e # x", "aaaa d2 e"),
            ("db.password=aaaa d2\nx", "aaaa d2"),
            // What is separated indeed.
            ("password=a&user=b", "a"),
            ("password=a&amp;b", "a"),
            ("password: a</li>", "a"),
            ("password: a<br>b", "a"),
            ("password=a\\nb", "a"),
            ("password=a;Database=b", "a"),
            ("PGPASSWORD=aaaa psql -h x9", "aaaa"),
            ("password: aaaa was changed", "aaaa"),
            ("password = aaaa ; x2", "aaaa"),
            ("x?password=a&bC1", "a"),
        ],
        "password",
    );
}

#[test]
fn two_quotes_within_a_string_are_one() {
    values(
        &[
            ("password: 'a''b'", "a''b"),
            ("password = \"a\"\"b\"", "a\"\"b"),
            ("password: 'a'''", "a''"),
            ("password: 'a''", "a"),
            ("f(password='a', x='')", "a"),
        ],
        "password",
    );
    assert_eq!(read("password = '', x = 'a'", "password"), None);
}

#[test]
fn a_value_may_stand_below_its_key() {
    values(
        &[
            ("const password =\n  \"abc\";", "abc"),
            ("  Password:\n\t\t\"abc\",", "abc"),
            ("password = (\n    'abc'\n)", "abc"),
            ("password = \\\n    'abc'", "abc"),
            ("\"password\":\r\n   \"abc\"}", "abc"),
            ("db:\n  password:\n    abc1\n", "abc1"),
            ("password =\n    abc1\n", "abc1"),
            ("db.password=\\\n    abc1\n", "abc1"),
            ("password = \"\"\"\nabc\n\"\"\"", "abc"),
            ("password: | # x\n  abc\n", "abc"),
            ("password: !!str |\n  abc\n", "abc"),
            ("DbPassword:\n    Type: String\n    Default: abc\n", "abc"),
            ("\"db_password\": {\n  \"type\": \"x\",\n  \"value\": \"abc\"\n}", "abc"),
            ("\"adminPassword\": {\"value\": \"abc\"}", "abc"),
        ],
        "password",
    );
    for text in [
        "password:\nabc",
        "password:\n  key: abc",
        "password:\n  - abc",
        "  password:\n  abc",
        "class Password:\n    \"\"\"Abc\"\"\"",
        "# password:\n    'abc'",
        "password:\n  type: x\nother:\n  default: abc",
    ] {
        assert_eq!(read(text, "password"), None, "{text}");
    }
}

#[test]
fn the_default_of_a_reference_is_a_value() {
    values(
        &[
            ("PASSWORD=${X:-abc}", "abc"),
            ("PASSWORD=${X-abc}", "abc"),
            ("PASSWORD=\"${X:=abc}\"", "abc"),
            ("password: ${db.pw:abc}", "abc"),
            ("password: ${A:${B:abc}}", "abc"),
            ("password: {{ pw | default(\"abc\") }}", "abc"),
            ("password: \"{{ pw | default('abc', true) }}\"", "abc"),
            ("password: {{ .Values.pw | default \"abc\" | quote }}", "abc"),
            ("password: <%= ENV[\"X\"] || \"abc\" %>", "abc"),
            ("password = coalesce(var.pw, \"abc\")", "abc"),
            ("password = os.environ.get(\"X\") or \"abc\"", "abc"),
            ("password = os.environ.get(\"X\", \"abc\")", "abc"),
            ("const password = process.env.X ?? \"abc\"", "abc"),
            ("password = ENV.fetch('X') { 'abc' }", "abc"),
            // Without one, the reference.
            ("PASSWORD=${X:-}", "${X:-}"),
            ("PASSWORD=${X:?abc}", "${X:?abc}"),
            ("password: ${my-pw}", "${my-pw}"),
            ("password = os.environ[\"X\"]", "os.environ["),
        ],
        "password",
    );
}

#[test]
fn elements_are_read() {
    values(
        &[
            ("<c:password>abc</c:password>", "abc"),
            ("<password type=\"plain\">abc</password>", "abc"),
            ("<password>\n   abc\n</password>", "abc"),
            ("<password><![CDATA[a<b]]></password>", "a<b"),
            ("<key>password</key>\n<string>abc</string>", "abc"),
            ("<add value=\"abc\" key=\"Password\"/>", "abc"),
            ("- value: abc\n  name: DB_PASSWORD\n", "abc"),
            ("{\"value\": \"abc\", \"name\": \"PASSWORD\"}", "abc"),
        ],
        "password",
    );
    for text in [
        "<password/>abc</x>",
        "<password></password>",
        "<password>a b</password>",
        "<password><b>abc</b></password>",
        "</password>abc</x>",
        "- name: x\n  value: abc\n- name: PASSWORD\n",
        "{\"value\": \"abc\"}, {\"name\": \"PASSWORD\"}",
        "- name: x\n  value: abc\nauth:\n  key: Password\n",
        "{\"content\": \"abc\", \"name\": \"PASSWORD\"}",
    ] {
        assert_eq!(read(text, "password"), None, "{text}");
    }
}

#[test]
fn columns_are_read() {
    values(
        &[
            ("user,password\nbob,abc\n", "abc"),
            ("\u{feff}\"Password\",\"x\"\r\n\"abc\",\"y\"\r\n", "abc"),
            ("INSERT INTO users (name, password) VALUES ('bob', 'abc');", "abc"),
            ("insert into `u` (`a`, `password`, `b`)\nvalues (1, 'abc', now())", "abc"),
        ],
        "password",
    );
    for text in [
        "user, password and more of it.\nbob, abc\n",
        "user,password\nbob\n",
        "user,password\nbob,a b\n",
        "user,name\rpassword,x\nbob,y\n",
        "x\nuser,password\nbob,abc\n",
        "INSERT INTO users (name, password) VALUES (?, ?)",
        "INSERT INTO users (name, password) SELECT 'a', 'b'",
    ] {
        assert_eq!(read(text, "password"), None, "{text}");
    }
}

#[test]
fn more_forms_of_tools_and_languages_are_read() {
    values(
        &[
            ("strcpy(password, \"abc\");", "abc"),
            ("{password, \"abc\"}", "abc"),
            ("flag.String(\"password\", \"abc\", \"the one\")", "abc"),
            ("add_argument(\"--password\", type=str, default=\"abc\")", "abc"),
            ("set(DB_PASSWORD \"abc\")", "abc"),
            ("SetEnv DB_PASSWORD abc", "abc"),
            ("setx DB_PASSWORD abc", "abc"),
            ("openssl x -password pass:abc -in y", "abc"),
            ("(def password \"abc\")", "abc"),
            ("db.password abc\n", "abc"),
            ("read -r PASSWORD \"abc\"", "abc"),
            ("\"Uid=u;Password={a;b1};\"", "a;b1"),
            ("\"Uid=u;Password={password};\"", "{password}"),
        ],
        "password",
    );
    let header = |text: &str| read(text, "authorization").map(|it| it.1);
    assert_eq!(header("-H \"Authorization: ApiKey abc12345\"").as_deref(), Some("abc12345"));
    assert_eq!(header("-H \"Authorization: Token abcdefgh\"").as_deref(), Some("abcdefgh"));
    assert_eq!(header("\"Authorization: Token is not given\""), None);
}
