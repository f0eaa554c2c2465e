//! Each family of references: what it finds, and which bytes say it.
#![allow(clippy::unwrap_used)]

use crate::config::policy::{PolicySettings, Store};
use crate::policy::{Subject, Task, study};

use super::{ReferenceKind, is_code, of_code};

/// The references of a file: kind, name, and the bytes of the span.
fn found(path: &str, text: &str) -> Vec<(&'static str, String, String)> {
    let whole = |text: &str| {
        let subject = Subject { path: path.as_bytes(), bytes: text.as_bytes(), tracked: None };
        let now = "2026-11-23T00:00:00Z".parse().unwrap();
        let task = Task { checks: &[], references: true };
        let study = study(&[subject], true, &PolicySettings::default(), now, task);
        assert!(study.notices.is_empty(), "{path}: {:?}", study.notices);
        let shown = |it: &super::Reference| (it.kind.id(), it.name.clone(), text[it.span.0..it.span.1].to_owned());
        study.references.iter().map(shown).collect::<Vec<_>>()
    };
    let found = whole(text);
    // Spans are exact whatever the line ends are.
    assert_eq!(whole(&text.replace('\n', "\r\n")), found, "{path}");
    found
}

#[track_caller]
fn finds(path: &str, text: &str, expected: &[(&str, &str, &str)]) {
    let found = found(path, text);
    let found: Vec<(&str, &str, &str)> = found.iter().map(|(kind, name, span)| (*kind, &**name, &**span)).collect();
    assert_eq!(found, expected, "{path}\n{text}");
}

fn store(path: &str, text: &str) -> Vec<Option<Store>> {
    let subject = Subject { path: path.as_bytes(), bytes: text.as_bytes(), tracked: None };
    let now = "2026-11-23T00:00:00Z".parse().unwrap();
    let task = Task { checks: &[], references: true };
    let study = study(&[subject], true, &PolicySettings::default(), now, task);
    study.references.iter().map(|it| it.store).collect()
}

#[test]
fn every_kind_is_listed_and_has_its_own_word() {
    let words: std::collections::BTreeSet<&str> = ReferenceKind::ALL.iter().map(|kind| kind.id()).collect();
    assert_eq!(words.len(), ReferenceKind::ALL.len());
}

#[test]
fn vault() {
    finds(
        "a.yaml",
        "# é\nkey: \"vault:secret/data/app#KEY\"\nother: x vault:kv/app\nurl: vault:8200/v1/x\ncipher: vault:v1:abc/def\n",
        &[("vault-path", "secret/app#KEY", "vault:secret/data/app#KEY"), ("vault-path", "kv/app", "vault:kv/app")],
    );
    finds(
        "pod.yaml",
        "kind: Pod\nmetadata:\n  annotations:\n    vault.hashicorp.com/agent-inject-secret-db: secret/data/db\n    vault.hashicorp.com/agent-inject-template-db: |\n      {{- with secret \"secret/data/db2\" -}}{{ .Data.data.password }}{{- end }}\n",
        &[("vault-path", "secret/db", "secret/data/db"), ("vault-path", "secret/db2", "secret/data/db2")],
    );
    finds(
        "infra/a.tf",
        "data \"vault_kv_secret_v2\" \"a\" {\n  mount = \"secret\"\n  name  = \"app\"\n}\ndata \"vault_generic_secret\" \"b\" {\n  path = \"secret/data/b\"\n}\ndata \"vault_kv_secret\" \"c\" {\n  path = local.path\n}\nresource \"vault_aws_secret_backend\" \"d\" {\n  path = \"aws\"\n}\n",
        &[
            ("vault-path", "secret/app", "app"),
            ("vault-path", "secret/b", "secret/data/b"),
            ("vault-path", "infra/data.vault_kv_secret.c", "c"),
        ],
    );
}

#[test]
fn github() {
    finds(
        ".github/workflows/a.yml",
        "on: push\njobs:\n  a:\n    if: secrets.deploy_key != ''\n    steps:\n      - run: echo ${{ secrets.GITHUB_TOKEN }}\n        env:\n          A: x-${{ secrets.API_TOKEN }}-${{ secrets['OTHER'] || vars.NAME }}\n          B: needs.secrets.C\n          D: secrets.E\n",
        &[
            ("github-secret", "DEPLOY_KEY", "deploy_key"),
            ("github-secret", "API_TOKEN", "API_TOKEN"),
            ("github-secret", "OTHER", "OTHER"),
        ],
    );
    finds("other.yml", "a: ${{ secrets.API_TOKEN }}\n", &[]);
}

#[test]
fn gitlab() {
    finds(
        ".gitlab-ci.yml",
        "a:\n  script:\n    - deploy --token \"$DEPLOY_TOKEN\" ${REGISTRY_PASSWORD} $HOST $CI_JOB_TOKEN $$MY_TOKEN\n  secrets:\n    PASSWORD:\n      vault: production/db/password@ops\n    LONG:\n      vault:\n        engine: {name: kv-v2, path: ops}\n        path: production/mail\n        field: password\n",
        &[
            ("gitlab-variable", "DEPLOY_TOKEN", "DEPLOY_TOKEN"),
            ("gitlab-variable", "REGISTRY_PASSWORD", "REGISTRY_PASSWORD"),
            ("vault-path", "ops/production/db#password", "production/db/password@ops"),
            ("vault-path", "ops/production/mail#password", "production/mail"),
        ],
    );
}

#[test]
fn azure_pipelines() {
    finds(
        "azure-pipelines.yml",
        "variables:\n  - name: madeToken\n    value: x\n  - name: handedToken\n    value: $(groupToken)\nsteps:\n  - task: AzureKeyVault@2\n    inputs:\n      KeyVaultName: Shop\n      SecretsFilter: db-password, mail-token\n  - bash: |\n      echo \"##vso[task.setvariable variable=setToken;issecret=true]$x\"\n      deploy $(deployToken) $(madeToken) $(db-password) $(setToken) $(login.apiToken) $(cat token) $(host) $DEPLOY_TOKEN\n    name: login\n    env:\n      OTHER_TOKEN: $(System.AccessToken)\n",
        &[
            ("azure-pipelines-variable", "groupToken", "groupToken"),
            ("key-vault-secret", "shop/db-password", "db-password"),
            ("key-vault-secret", "shop/mail-token", "mail-token"),
            ("azure-pipelines-variable", "deployToken", "deployToken"),
        ],
    );
}

#[test]
fn bitbucket_and_circleci() {
    finds(
        "bitbucket-pipelines.yml",
        "pipelines:\n  default:\n    - step:\n        script:\n          - export LOCAL_TOKEN=$(login)\n          - deploy $LOCAL_TOKEN ${DEPLOY_TOKEN} $BITBUCKET_STEP_OIDC_TOKEN $HOST $PWD\n          - pipe: a/b:1\n            variables:\n              API_KEY: $API_KEY\n",
        &[("bitbucket-variable", "DEPLOY_TOKEN", "DEPLOY_TOKEN"), ("bitbucket-variable", "API_KEY", "API_KEY")],
    );
    finds(
        ".circleci/config.yml",
        "version: 2.1\ncommands:\n  deploy:\n    parameters:\n      token:\n        type: env_var_name\n        default: DEPLOY_TOKEN\n    steps:\n      - run: API_TOKEN=$API_TOKEN MADE_TOKEN=x; deploy $MADE_TOKEN $GIVEN_TOKEN\njobs:\n  a:\n    docker:\n      - image: b\n        auth: {username: c, password: $REGISTRY_PASSWORD}\n    environment: {GIVEN_TOKEN: x}\n    steps: [deploy]\n",
        &[
            ("circleci-variable", "DEPLOY_TOKEN", "DEPLOY_TOKEN"),
            ("circleci-variable", "API_TOKEN", "API_TOKEN"),
            ("circleci-variable", "REGISTRY_PASSWORD", "REGISTRY_PASSWORD"),
        ],
    );
}

#[test]
fn jenkins() {
    finds(
        "Jenkinsfile",
        "pipeline {\n  environment { KEY = credentials('key') }\n  stages { stage('a') { steps {\n    git url: 'u', credentialsId: \"scm\"\n    withCredentials([string(credentialsId: 'b', variable: 'V'), usernamePassword(credentialsId: \"${x}\", passwordVariable: 'W')]) { sh 'c' }\n    sshagent(['d']) { sh 'e' }\n    sshagent(credentials: ['f']) { sh 'g' }\n  } } }\n}\n",
        &[
            ("jenkins-credential", "key", "key"),
            ("jenkins-credential", "scm", "scm"),
            ("jenkins-credential", "b", "b"),
            ("jenkins-credential", "d", "d"),
            ("jenkins-credential", "f", "f"),
        ],
    );
}

#[test]
fn kubernetes() {
    finds(
        "a.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  template:\n    spec:\n      imagePullSecrets: [{name: pull}]\n      containers:\n        - name: web\n          env:\n            - name: P\n              valueFrom: {secretKeyRef: {name: db, key: password}}\n          envFrom:\n            - secretRef: {name: all}\n      volumes:\n        - secret: {secretName: files}\n        - projected: {sources: [{secret: {name: part}}]}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: own}\n",
        &[
            ("kubernetes-secret", "shop/pull", "pull"),
            ("kubernetes-secret", "shop/db#password", "db"),
            ("kubernetes-secret", "shop/all", "all"),
            ("kubernetes-secret", "shop/files", "files"),
            ("kubernetes-secret", "shop/part", "part"),
            ("kubernetes-secret", "own", "own"),
        ],
    );
    finds(
        "list.yaml",
        "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: cert-manager.io/v1\n    kind: Issuer\n    metadata: {name: i, namespace: shop}\n    spec: {acme: {solvers: [{dns01: {cloudflare: {apiTokenSecretRef: {name: dns, key: token}}}}]}}\n",
        &[("kubernetes-secret", "shop/dns#token", "dns")],
    );
}

#[test]
fn operators() {
    let text = "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {name: store}\nspec: {provider: {aws: {service: ParameterStore}}}\n---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e, namespace: shop}\nspec:\n  secretStoreRef: {name: store}\n  data:\n    - secretKey: a\n      remoteRef: {key: prod/db, property: password}\n  dataFrom:\n    - extract: {key: prod/all}\n---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: sealed, namespace: shop}\n";
    finds(
        "a.yaml",
        text,
        &[
            ("secret-store", "store", "store"),
            ("external-secret", "prod/db#password", "prod/db"),
            ("external-secret", "prod/all", "prod/all"),
            ("sealed-secret", "shop/sealed", "sealed"),
        ],
    );
    let parameters = Some(Store::AwsParameterStore);
    assert_eq!(store("a.yaml", text), [parameters, parameters, parameters, Some(Store::SealedSecret)]);
}

#[test]
fn aws() {
    finds(
        "a.json",
        "{\"a\": \"arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-a1B2c3\", \"b\": \"arn:aws-cn:ssm:x:1:parameter/app/key\", \"c\": \"arn:aws:secretsmanager:x:1:secret:my-secret:password::\", \"d\": \"arn:aws:secretsmanager:*:*:secret:*\", \"e\": \"arn:aws:s3:::bucket\"}\n",
        &[
            ("aws-secret", "prod/db", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-a1B2c3"),
            ("aws-parameter", "/app/key", "arn:aws-cn:ssm:x:1:parameter/app/key"),
            ("aws-secret", "my-secret", "arn:aws:secretsmanager:x:1:secret:my-secret:password::"),
        ],
    );
    finds(
        "a.yaml",
        "Resources:\n  A:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      P: '{{resolve:secretsmanager:prod/db:SecretString:password}}'\n      Q: \"{{resolve:ssm-secure:/app/key:1}}\"\n      R: !Sub 'arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:app/key'\n      S: '{{resolve:ssm:/plain}}'\n",
        &[
            ("aws-secret", "prod/db", "{{resolve:secretsmanager:prod/db:SecretString:password}}"),
            ("aws-parameter", "/app/key", "{{resolve:ssm-secure:/app/key:1}}"),
            ("aws-secret", "app/key", "arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:app/key"),
        ],
    );
}

#[test]
fn other_stores() {
    finds(
        "a.yaml",
        "a: projects/p-1/secrets/db/versions/latest\nb: x=projects/p/locations/eu/secrets/key:3\nc: projects/p/topics/t\n",
        &[
            ("gcp-secret", "projects/p-1/secrets/db", "projects/p-1/secrets/db"),
            ("gcp-secret", "projects/p/secrets/key", "projects/p/locations/eu/secrets/key"),
        ],
    );
    finds(
        "a.json",
        "{\"a\": \"@Microsoft.KeyVault(SecretUri=https://Shop.vault.azure.net/secrets/db/0123)\", \"b\": \"@Microsoft.KeyVault(VaultName=shop;SecretName=key)\", \"c\": \"https://shop.vault.azure.net/\"}\n",
        &[
            ("key-vault-secret", "shop/db", "https://Shop.vault.azure.net/secrets/db/0123"),
            ("key-vault-secret", "shop/key", "@Microsoft.KeyVault(VaultName=shop;SecretName=key)"),
        ],
    );
    finds(
        "a.yaml",
        "a: op://Team Vault/item one/password\nb: run --key op://v/i/s/f?attribute=otp now\nc: op://v\n",
        &[
            ("one-password-item", "Team Vault/item one/password", "op://Team Vault/item one/password"),
            ("one-password-item", "v/i/s/f", "op://v/i/s/f?attribute=otp"),
        ],
    );
}

#[test]
fn terraform() {
    let text = "resource \"random_password\" \"db\" {\n  length = 32\n}\nresource \"aws_secretsmanager_secret\" \"a\" {\n  name = \"prod/db\"\n}\nresource \"aws_secretsmanager_secret\" \"b\" {\n  name_prefix = \"x\"\n}\nresource \"aws_ssm_parameter\" \"c\" {\n  name = \"/app/key\"\n  type = \"SecureString\"\n}\nresource \"aws_ssm_parameter\" \"d\" {\n  name = \"/app/host\"\n  type = \"String\"\n}\ndata \"google_secret_manager_secret_version\" \"e\" {\n  secret  = \"key\"\n  project = \"p\"\n}\nresource \"github_actions_secret\" \"f\" {\n  secret_name = \"token\"\n}\nresource \"kubernetes_secret\" \"g\" {\n  metadata {\n    name = \"own\"\n  }\n}\n";
    finds(
        "infra/main.tf",
        text,
        &[
            ("terraform-resource", "infra/random_password.db", "db"),
            ("aws-secret", "prod/db", "prod/db"),
            ("terraform-resource", "infra/aws_secretsmanager_secret.b", "b"),
            ("aws-parameter", "/app/key", "/app/key"),
            ("gcp-secret", "projects/p/secrets/key", "key"),
            ("github-secret", "TOKEN", "token"),
            ("kubernetes-secret", "own", "own"),
        ],
    );
    assert_eq!(store("infra/main.tf", text)[2], Some(Store::AwsSecretsmanager));
}

#[test]
fn compose() {
    let text = "services:\n  web:\n    image: web\n    environment:\n      DB_PASSWORD: ${SHOP_DB_PASSWORD:-x}\n      API_TOKEN:\n      HOST: $HOST\n    secrets:\n      - key\n      - source: outside\n  worker:\n    image: worker\n    environment:\n      - WORKER_TOKEN\n      - MODE=x\nsecrets:\n  key:\n    file: ./key.txt\n  outside:\n    external: true\n  given:\n    environment: GIVEN\n";
    finds(
        "compose.yaml",
        text,
        &[
            ("environment-variable", "SHOP_DB_PASSWORD", "SHOP_DB_PASSWORD"),
            ("environment-variable", "API_TOKEN", "API_TOKEN"),
            ("compose-secret", "key", "key"),
            ("compose-secret", "outside", "outside"),
            ("environment-variable", "WORKER_TOKEN", "WORKER_TOKEN"),
            ("compose-secret", "key", "key"),
            ("compose-secret", "outside", "outside"),
            ("compose-secret", "given", "given"),
            ("environment-variable", "GIVEN", "GIVEN"),
        ],
    );
    assert_eq!(store("compose.yaml", text)[2..4], [Some(Store::File), None]);
}

#[test]
fn settings_and_sops() {
    finds(
        ".env",
        "HOST=a\nexport API_TOKEN=x\nTOKEN_URL=https://a.example\n",
        &[("environment-variable", "API_TOKEN", "API_TOKEN")],
    );
    finds(
        "config.yaml",
        "api_key: os.environ/OPENAI_API_KEY\nbase: os.environ/OPENAI_BASE\n",
        &[("environment-variable", "OPENAI_API_KEY", "OPENAI_API_KEY")],
    );
    let value = "ENC[AES256_GCM,data:abcd,iv:e,tag:f,type:str]";
    finds(
        "secrets/prod.yaml",
        &format!("db:\n  password: {value}\nsops:\n  mac: {value}\n  version: 3.9.0\n"),
        &[("sops-value", "secrets/prod.yaml#db.password", value)],
    );
}

#[test]
fn code() {
    let names = |text: &str| {
        let found = of_code(0, text.as_bytes());
        found.iter().map(|it| (it.name.clone(), it.span.0)).collect::<Vec<_>>()
    };
    for (text, name) in [
        ("const t = process.env.API_TOKEN;", "API_TOKEN"),
        ("process.env['API_TOKEN']", "API_TOKEN"),
        ("import.meta.env.VITE_API_KEY", "VITE_API_KEY"),
        ("Deno.env.get(\"API_TOKEN\")", "API_TOKEN"),
        ("os.environ[\"DB_PASSWORD\"]", "DB_PASSWORD"),
        ("os.environ.get('DB_PASSWORD', '')", "DB_PASSWORD"),
        ("os.getenv(\"DB_PASSWORD\")", "DB_PASSWORD"),
        ("ENV[\"DB_PASSWORD\"]", "DB_PASSWORD"),
        ("ENV.fetch('DB_PASSWORD')", "DB_PASSWORD"),
        ("System.getenv(\"DB_PASSWORD\")", "DB_PASSWORD"),
        ("os.Getenv(\"DB_PASSWORD\")", "DB_PASSWORD"),
        ("os.LookupEnv(`DB_PASSWORD`)", "DB_PASSWORD"),
        ("std::env::var(\"DB_PASSWORD\")", "DB_PASSWORD"),
        ("env!(\"DB_PASSWORD\")", "DB_PASSWORD"),
        ("option_env!( \"DB_PASSWORD\" )", "DB_PASSWORD"),
        ("getenv('DB_PASSWORD')", "DB_PASSWORD"),
        ("$_ENV['DB_PASSWORD']", "DB_PASSWORD"),
        ("Environment.GetEnvironmentVariable(\"DB_PASSWORD\")", "DB_PASSWORD"),
    ] {
        assert_eq!(names(&format!("é\n{text}\n")), [(name.to_owned(), 3 + text.find(name).unwrap())], "{text}");
    }
    for text in [
        "process.env.HOST",
        "process.environment.API_TOKEN",
        "os.getenv(DB_PASSWORD)",
        "os.getenv(\"DB_PASSWORD",
        "os.getenv(f\"DB_PASSWORD\")",
        "my_getenv(\"DB_PASSWORD\")",
        "env",
        "process.env.",
        "MY_ENV['DB_PASSWORD']",
    ] {
        assert_eq!(names(text), [], "{text}");
    }
    assert!(is_code(b"src/a.py", b"") && !is_code(b"vendor/a.py", b"") && !is_code(b"a.yaml", b""));
}

#[test]
fn hostile_texts_cost_little_and_find_nothing() {
    for text in ["{{", "${", "arn:aws:", "vault:", "op://", "@Microsoft.KeyVault(", "projects/", "$", "process.env"] {
        for path in [
            "a.yaml",
            "compose.yaml",
            ".gitlab-ci.yml",
            ".circleci/a.yml",
            "azure-pipelines.yml",
            ".github/workflows/a.yml",
            "a.py",
        ] {
            let long = format!("services: {{}}\njobs: {{}}\nb: {{script: []}}\na: '{}'\n", text.repeat(2000));
            let names = found(path, &long);
            assert!(names.len() <= 2000, "{path}: {text}");
        }
    }
}
