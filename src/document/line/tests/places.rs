//! The readers of forms in which no name says what the value is.

use super::super::*;

type Reader = fn(&Window<'_>, Range<usize>) -> Option<Assignment>;

fn read_at(reader: Reader, text: &str, anchor: &str) -> Option<String> {
    let at = text.to_ascii_lowercase().find(anchor)?;
    let window = Window::new(text.as_bytes(), at, 1024);
    reader(&window, at..at + anchor.len()).map(|found| text[found.value].to_owned())
}

#[test]
fn statements_are_read() {
    for (text, anchor) in [
        ("CREATE USER a IDENTIFIED BY 'abc';", "identified by "),
        ("GRANT ALL ON x.* TO a@h IDENTIFIED BY 'abc'", "identified by "),
        ("alter user sys identified by abc container=all;", "identified by "),
        ("-e \"create user a identified by \\\"abc\\\"\"", "identified by "),
        ("ALTER USER a IDENTIFIED WITH caching_sha2_password BY 'abc'", "identified with "),
        ("CREATE USER a WITH PASSWORD 'abc'", "password '"),
        ("create role a login password 'abc'", "password '"),
        ("SET PASSWORD FOR 'a'@'%' = 'abc';", "set password for "),
        ("SET PASSWORD FOR a = PASSWORD('abc');", "set password for "),
        ("q('ALTER ROLE a ENCRYPTED PASSWORD \\'abc\\'')", "password \\'"),
        ("db.execute(\"PRAGMA key = 'abc'\")", "pragma key"),
        ("PRAGMA rekey=\"x'abc'\";", "pragma rekey"),
    ] {
        assert_eq!(read_at(sql::read, text, anchor).as_deref(), Some("abc"), "{text}");
    }
    for (text, anchor) in [
        ("CREATE USER a IDENTIFIED BY PASSWORD 'abc'", "identified by "),
        ("CREATE USER a IDENTIFIED BY VALUES 'abc'", "identified by "),
        ("CREATE USER a IDENTIFIED WITH sha256_password AS 'abc'", "identified with "),
        ("the password 'abc' is wrong", "password '"),
        ("PRAGMA key = ?", "pragma key"),
        ("PRAGMA key_size = 'abc'", "pragma key"),
        ("create an index for the object identified by `abc`", "identified by "),
        ("the base identified by abc", "identified by "),
        ("unidentified by abc", "identified by "),
    ] {
        assert_eq!(read_at(sql::read, text, anchor), None, "{text}");
    }
}

#[test]
fn commands_are_read() {
    for (text, anchor) in [
        ("curl -u user:abc http://x", "curl"),
        ("curl -uuser:abc http://x", "curl"),
        ("curl -sSu 'user:abc' http://x", "curl"),
        ("curl http://x \\\n  --user \"user:abc\"", "curl"),
        ("curl --user=user:abc http://x", "curl"),
        (concat!("`", "curl -u user:abc", "`"), "curl"),
        ("mysql -uroot -pabc db", "mysql"),
        ("mysql -uroot -p'abc' db", "mysql"),
        ("run(\"mysql -pabc\")", "mysql"),
        ("[\"mysql\", \"-u\", \"root\", \"-pabc\"]", "mysql"),
        ("mongo -u a -p abc", "mongo"),
        ("sshpass -p abc ssh x", "sshpass"),
        ("sshpass -p 'abc' ssh x", "sshpass"),
        ("sshpass -pabc ssh x", "sshpass"),
        ("redis-cli -h x -a abc", "redis-cli"),
        ("docker login -u x -p abc registry", "docker login"),
        ("net user bob abc /add", "net user"),
        ("rabbitmqctl add_user bob abc", "rabbitmqctl"),
        ("ConvertTo-SecureString \"abc\" -AsPlainText -Force", "convertto-securestring"),
        ("(ConvertTo-SecureString -String 'abc' -AsPlainText)", "convertto-securestring"),
        ("$s = \"abc\" | ConvertTo-SecureString -AsPlainText -Force", "convertto-securestring"),
        ("htpasswd -bc file bob abc", "htpasswd"),
        ("ldapsearch -x -D cn=x -w abc", "ldapsearch"),
        ("smbclient //h/s -U bob%abc", "smbclient"),
        ("sqlplus app/abc@//h:1521/x", "sqlplus"),
        ("echo \"bob:abc\" | chpasswd", "chpasswd"),
        ("echo 'bob:abc' | sudo chpasswd", "chpasswd"),
        ("echo abc | docker login -u x --password-stdin", "docker login"),
        ("unzip -P abc x.zip", "unzip"),
        ("7z x -pabc x.7z", "7z x"),
        ("net use z: \\\\h\\s abc /user:x", "net use"),
    ] {
        assert_eq!(read_at(command::read, text, anchor).as_deref(), Some("abc"), "{text}");
    }
    for (text, anchor) in [
        ("libcurl -u user:abc", "curl"),
        ("curl.h -u user:abc", "curl"),
        ("curl http://x; foo -u user:abc", "curl"),
        ("curl -u user http://x", "curl"),
        ("mysql -u root -p", "mysql"),
        ("'mysql' -pabc' x", "mongo"),
        ("docker login -u x registry\n-p abc", "docker login"),
        ("ConvertTo-SecureString $x -AsPlainText", "convertto-securestring"),
        ("ConvertTo-SecureString \"abc\" -Key $k", "convertto-securestring"),
        ("htpasswd -c file bob", "htpasswd"),
        ("net user", "net user"),
        ("echo x | chpasswd", "chpasswd"),
        ("chpasswd", "chpasswd"),
        ("echo abc | docker login -u x", "docker login"),
        ("net use z: \\\\h\\s /persistent:yes", "net use"),
        ("curl -u user: http://x", "curl"),
    ] {
        assert_eq!(read_at(command::read, text, anchor), None, "{text}");
    }
    let token = ["q7Xk2vR9", "mW4tZc8L"].concat();
    let text = format!("curl -u {token}: http://x");
    assert_eq!(read_at(command::read, &text, "curl").as_deref(), Some(token.as_str()));
}

#[test]
fn calls_are_read() {
    for (text, anchor) in [
        ("r.SetBasicAuth(\"u\", \"abc\")", "basicauth"),
        ("HTTPBasicAuth('u', 'abc')", "basicauth"),
        ("auth=(\"u\", \"abc\"))", "auth=("),
        ("auth=(user, 'abc')", "auth=("),
        ("new NetworkCredential(\"u\", \"abc\", \"domain\")", "networkcredential"),
        ("getConnection(url, \"u\", \"abc\")", "getconnection"),
        ("new PasswordAuthentication(\"u\", \"abc\".toCharArray())", "passwordauthentication"),
        ("mysqli_connect('h', 'u', 'abc')", "mysqli_connect"),
        ("new PDO($dsn, 'u', 'abc')", "new pdo"),
        ("smtp.login('u', 'abc')", ".login("),
        ("curl_setopt($c, CURLOPT_USERPWD, 'u:abc')", "curlopt_userpwd"),
        ("new UsernamePasswordCredentials(\n  \"u\",\n  \"abc\")", "usernamepassword"),
        ("jwt.sign({ id: a.id }, 'abc', { expiresIn: 60 })", "jwt.sign"),
        ("jwt.verify(token, 'abc')", "jwt.verify"),
        ("jwt.encode(payload, \"abc\", algorithm=\"HS256\")", "jwt.encode"),
        ("JWT::encode($payload, 'abc', 'HS256')", "jwt::encode"),
        ("crypto.createHmac('sha256', 'abc')", "createhmac"),
        ("createCipheriv('aes-256-cbc', Buffer.from('abc'), iv)", "createcipher"),
        ("cookieParser('abc')", "cookieparser"),
        ("Fernet(b'abc')", "fernet("),
        ("hmac.new(b'abc', message)", "hmac.new"),
        ("hmac.New(sha256.New, []byte(\"abc\"))", "hmac.new"),
        ("Algorithm.HMAC256(\"abc\")", "hmac256"),
        ("Keys.hmacShaKeyFor(\"abc\".getBytes())", "hmacshakeyfor"),
        ("token.SignedString([]byte(\"abc\"))", "signedstring"),
        ("new SymmetricSecurityKey(Encoding.UTF8.GetBytes(\"abc\"))", "symmetricsecuritykey"),
        ("hash_hmac('sha256', $text, 'abc')", "hash_hmac"),
        ("openssl_encrypt($text, 'AES-128-CBC', 'abc')", "openssl_encrypt"),
        ("SELECT pgp_sym_encrypt('x', 'abc')", "pgp_sym_encrypt"),
        ("INSERT INTO a VALUES (AES_ENCRYPT('x', 'abc'))", "aes_encrypt"),
    ] {
        assert_eq!(read_at(call::read, text, anchor).as_deref(), Some("abc"), "{text}");
    }
    for (text, anchor) in [
        ("SetBasicAuth(u, p)", "basicauth"),
        ("SetBasicAuth(\"u\", get(\"abc\"))", "basicauth"),
        ("getConnection(\"jdbc:x\")", "getconnection"),
        ("add_basic_auth(r, 'x' => y)", "basic_auth"),
        ("basicAuth = \"abc\"", "basicauth"),
        ("auth=(", "auth=("),
        ("jwt.verify(token, publicKey)", "jwt.verify"),
        ("jwt.sign({ id: 1 }, key)", "jwt.sign"),
        ("hmac.New(sha256.New, key)", "hmac.new"),
    ] {
        assert_eq!(read_at(call::read, text, anchor), None, "{text}");
    }
}

#[test]
fn basic_credentials_must_decode_to_a_user_and_a_password() {
    let encoded = data_encoding::BASE64.encode(b"user:abc");
    for (before, anchor) in [
        ("Authorization: Basic ", "basic "),
        ("{'Authorization': 'Basic ", "basic "),
        ("\"auth\": \"", "\"auth\""),
        ("//registry.npmjs.org/:_auth=", "_auth"),
    ] {
        let text = format!("{before}{encoded}\"");
        assert_eq!(read_at(basic::read, &text, anchor).as_deref(), Some(encoded.as_str()), "{text}");
    }
    for text in ["Basic instructions", "Basic auth", "Basic dXNlcg==", "basic ", "Basic $dXNlcjphYmM="] {
        assert_eq!(read_at(basic::read, text, "basic "), None, "{text}");
    }
}

#[test]
fn connection_strings_are_read() {
    for (text, anchor) in [
        ("db, err := sql.Open(\"mysql\", \"app:abc@tcp(db:3306)/shop\")", "@tcp("),
        ("DSN=app:abc@unix(/run/x)/shop", "@unix("),
        ("url=jdbc:oracle:thin:app/abc@//db:1521/x", "oracle:thin:"),
    ] {
        assert_eq!(read_at(connection::read, text, anchor).as_deref(), Some("abc"), "{text}");
    }
    for (text, anchor) in
        [("root@tcp(db:3306)", "@tcp("), ("\"@tcp(db:3306)", "@tcp("), ("jdbc:oracle:thin:@db:1521", "oracle:thin:")]
    {
        assert_eq!(read_at(connection::read, text, anchor), None, "{text}");
    }
}
