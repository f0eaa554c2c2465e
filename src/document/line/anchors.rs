//! What the readers begin at, in lower case.
//!
//! Beside the readers and not in them, because the build makes tables of these literals, and needs no reader for it.

/// The scheme, and the member of a container tool's configuration.
pub const BASIC: [&str; 3] = ["basic ", "\"auth\"", "_auth"];

/// The clauses of statements that make or change users, and those that open an encrypted file.
pub const SQL: [&str; 7] = [
    "identified by ",
    "identified with ",
    "password '",
    "password \\'",
    "set password for ",
    "pragma key",
    "pragma rekey",
];

/// What stands before the address, and the drivers.
pub const CONNECTION: [&str; 4] = ["@tcp(", "@unix(", "oracle:thin:", "oracle:oci:"];

/// What a manifest, a chart and the data of a user say of what they hold.
pub const MANIFEST: [&str; 6] =
    ["stringdata", "kind: secret", "\"kind\": \"secret\"", "kind: \"secret\"", "b64enc", "chpasswd"];

/// The commands that take a password. Where a word must follow the name, it is part of it.
pub const COMMANDS: [&str; 40] = [
    "curl",
    "mysql",
    "mysqldump",
    "mysqladmin",
    "mysqlimport",
    "mysqlcheck",
    "mariadb",
    "mongo",
    "mongosh",
    "mongodump",
    "mongorestore",
    "sshpass",
    "redis-cli",
    "docker login",
    "podman login",
    "buildah login",
    "registry login",
    "az login",
    "oc login",
    "cf login",
    "net user",
    "rabbitmqctl",
    "ldapsearch",
    "ldapadd",
    "ldapmodify",
    "ldapwhoami",
    "sqlcmd",
    "smbclient",
    "plink",
    "htpasswd",
    "convertto-securestring",
    "sqlplus",
    "chpasswd",
    "net use",
    "unzip",
    "7z a",
    "7z e",
    "7z x",
    "7za",
    "7zz",
];

/// The functions and classes that take one: what they are called in many languages, and the tuple of Python clients.
pub const CALLS: [&str; 14] = [
    "basicauth",
    "basic_auth",
    "basicauthentication",
    "networkcredential",
    "usernamepassword",
    "passwordauthentication",
    "getconnection",
    "auth=(",
    "auth = (",
    ".login(",
    "mysqli_connect",
    "new mysqli",
    "new pdo",
    "curlopt_userpwd",
];

/// The functions that sign, encrypt and tell whether a signature holds: JSON Web Tokens, HMAC, ciphers, signed cookies.
pub const KEY_CALLS: [&str; 22] = [
    "jwt.sign",
    "jwt.verify",
    "jwt.encode",
    "jwt.decode",
    "jwt::encode",
    "createhmac",
    "createcipher",
    "createdecipher",
    "cookieparser",
    "fernet(",
    "hmac.new",
    "hmac256",
    "hmacshakeyfor",
    "signedstring",
    "symmetricsecuritykey",
    "hash_hmac",
    "openssl_encrypt",
    "openssl_decrypt",
    "pgp_sym_encrypt",
    "pgp_sym_decrypt",
    "aes_encrypt",
    "aes_decrypt",
];
