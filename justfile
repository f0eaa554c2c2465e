# Recipes for everyday work; `just` lists them.

default:
    @just --list

# Format, lint and test, as the gate does
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    cargo test

# Run the tests
test *ARGS:
    cargo test {{ARGS}}

# Rewrite the golden reports and the catalogue of rules
bless:
    KEYSIEVE_BLESS=1 cargo test --test report_formats --test catalogue --test schema --test checks

# Time the inner loops
bench *ARGS:
    cargo bench {{ARGS}}

# Race whole commands on a repository, beside whichever peers are installed
race REPO:
    cargo build --release
    benches/race history {{REPO}} --keysieve target/release/keysieve

# Begin a rule pack with the first draft of one
new-rule PROVIDER:
    test ! -e 'rules/{{PROVIDER}}.toml'
    cargo run --quiet -- rules new '{{PROVIDER}}' > target/new-rule.toml
    mv target/new-rule.toml 'rules/{{PROVIDER}}.toml'
    @echo "edit rules/{{PROVIDER}}.toml, then: cargo run -- rules test && cargo run -- rules lint"
