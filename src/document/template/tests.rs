#![allow(clippy::unwrap_used)]

use super::super::{Document, Node, Syntax, Value, read, walk};
use super::*;

fn document(text: &str) -> Document {
    read(Syntax::Yaml, text.as_bytes()).unwrap()
}

/// Every scalar as `route = text`, `~` before what is unknown. Spans are compared with the text on the way.
fn values(text: &str) -> Vec<String> {
    let document = document(text);
    assert!(document.is_template, "{text:?}");
    assert_eq!(document.partial, None, "{text:?}");
    let mut found = Vec::new();
    for root in &document.roots {
        walk(root, &mut |trail, node| {
            for entry in node.entries().iter().filter(|entry| entry.key != Node::REST) {
                assert_eq!(text[entry.key_span.clone()], entry.key);
            }
            let under = text[node.span.clone()].replace('\r', "");
            match &node.value {
                Value::Map(_) | Value::Sequence(_) => {}
                Value::Null if trail.key() == Some(Node::REST) => assert_eq!(under, ""),
                Value::Expression(value) => {
                    assert_eq!(value.replace('\r', ""), under);
                    found.push(format!("{} ~ {under}", trail.route()));
                }
                _ => found.push(format!("{} = {under}", trail.route())),
            }
        });
    }
    found
}

fn assert_values(text: &str, expected: &[&str]) {
    let unix = format!("# é\u{1F600}\n{text}");
    for variant in [unix.replace('\n', "\r\n"), format!("\u{FEFF}{unix}"), unix] {
        assert_eq!(values(&variant), expected, "in {variant:?}");
    }
}

#[test]
fn a_mask_is_as_long_as_its_text() {
    let text = "\u{FEFF}{{/* é\n{{ }} */}}\r\na: {{ \"}}\" }} b\n  {% if é %}\n\"{{ $k }}\": x\n{{ open\n";
    let mask = mask(text).unwrap();
    assert_eq!(mask.text.len(), text.len());
    let covered: Vec<&str> = mask.actions.iter().map(|action| &text[action.range.clone()]).collect();
    assert_eq!(covered, ["{{/* é\n{{ }} */}}", "{{ \"}}\" }}", "{% if é %}", "{{ $k }}"]);
    assert!(
        mask.text.contains("a: xxxxxxxxxx b\n\n") && mask.text.contains("\"xxxxxxxx\": x\n{{ open"),
        "{}",
        mask.text
    );
    assert!(super::mask("run: ${{ github.ref }}\n").is_none());
    assert!(super::mask("a: b\n").is_none());
}

#[test]
fn deployment_with_includes_and_blocks() {
    assert_values(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include \"chart.fullname\" . }}\n  labels:\n    {{- include \"chart.labels\" . | nindent 4 }}\nspec:\n  {{- if not .Values.autoscaling.enabled }}\n  replicas: {{ .Values.replicaCount }}\n  {{- end }}\n  template:\n    spec:\n      {{- with .Values.imagePullSecrets }}\n      imagePullSecrets:\n        {{- toYaml . | nindent 8 }}\n      {{- end }}\n      automountServiceAccountToken: true\n      containers:\n        - name: {{ .Chart.Name }}\n          image: \"{{ .Values.image.repository }}:{{ .Values.image.tag | default \"x\" }}\"\n          resources:\n            {{- toYaml .Values.resources | nindent 12 }}\n",
        &[
            "apiVersion = apps/v1",
            "kind = Deployment",
            "metadata.name ~ {{ include \"chart.fullname\" . }}",
            "metadata.labels ~ {{- include \"chart.labels\" . | nindent 4 }}",
            "spec.replicas ~ {{ .Values.replicaCount }}",
            "spec.template.spec.imagePullSecrets ~ {{- toYaml . | nindent 8 }}\n      {{- end }}",
            "spec.template.spec.automountServiceAccountToken = true",
            "spec.template.spec.containers[0].name ~ {{ .Chart.Name }}",
            "spec.template.spec.containers[0].image ~ {{ .Values.image.repository }}:{{ .Values.image.tag | default \"x\" }}",
            "spec.template.spec.containers[0].resources ~ {{- toYaml .Values.resources | nindent 12 }}",
        ],
    );
}

/// The routes of the maps that may have more than they show; `.` for a root.
fn open_maps(text: &str) -> Vec<String> {
    let document = document(text);
    assert!(document.is_template && document.partial.is_none(), "{text:?}");
    let mut found = Vec::new();
    for root in &document.roots {
        walk(root, &mut |trail, node| {
            if node.is_open() {
                let route = trail.route();
                found.push(if route.is_empty() { ".".to_owned() } else { route });
            }
        });
    }
    found
}

#[test]
fn a_map_is_open_where_an_action_adds_to_it() {
    let cases: &[(&str, &[&str])] = &[
        // What a condition or a loop goes around stands here, and a value is no entry.
        ("{{- if .a }}\nrules:\n  - verbs: [get]\n    {{- if .b }}\n    names: [x]\n    {{- end }}\n{{- end }}\n", &[]),
        ("metadata:\n  name: {{ .a }}\nspec:\n  provider: {}\n", &[]),
        ("a:\n  b: |\n    c: 1\n    {{ .d }}\n    e: 2\n  f: {{ .g }}\n", &[]),
        // Above, between, below, and behind the key.
        ("a:\n  {{- toYaml .b | nindent 2 }}\n  c: 1\n", &["a"]),
        ("a:\n  c: 1\n  {{- toYaml .b | nindent 2 }}\n  d: 1\ne: 1\n", &["a"]),
        ("a:\n  c:\n    d: 1\n  {{- toYaml .b | nindent 2 }}\ne: 1\n", &["a"]),
        ("a:\n  c:\n    d: 1\n    {{- toYaml .b | nindent 4 }}\ne: 1\n", &["a.c"]),
        ("a:\n  c:\n    d: 1\n{{ toYaml .b | indent 4 }}\ne: 1\n", &["a.c"]),
        ("a: {{- toYaml .b | nindent 2 }}\n  c: 1\n", &["a"]),
        // Items of a list are no entries of those that stand there.
        ("a:\n  - c: 1\n  {{- toYaml .b | nindent 2 }}\n  - d: 1\n", &[]),
        ("a:\n  - c: 1\n    {{- toYaml .b | nindent 4 }}\n  - d: 1\n", &["a[0]"]),
        // At the margin, without a number: anything around it.
        ("a:\n  c:\n    d: 1\n{{ include \"b\" . }}\n", &[".", "a", "a.c"]),
        // Keys and maps in one line.
        ("a:\n  {{ $b }}: 1\nc: {d: {{ .e }}}\nf: {g: 1}\n", &["a", "c"]),
        ("a: &x\n  {{ $b }}: 1\nc:\n  <<: *x\n", &["a", "c"]),
        ("{{ .a }}\n---\nb: {{ .c }}\n---\nd: 1\n{{ .e }}\n", &["."]),
    ];
    for (text, expected) in cases {
        assert_eq!(open_maps(text), *expected, "{text}");
    }
}

#[test]
fn range_over_env() {
    assert_values(
        "env:\n  {{- range $key, $value := .Values.env }}\n  - name: {{ $key }}\n    value: {{ $value | quote }}\n  {{- end }}\n  - name: FIXED\n    value: \"é\"\n",
        &[
            "env[0].name ~ {{ $key }}",
            "env[0].value ~ {{ $value | quote }}",
            "env[name=FIXED].name = FIXED",
            "env[name=FIXED].value = é",
        ],
    );
}

#[test]
fn branches_give_the_same_key_twice() {
    assert_values(
        "spec:\n{{- if .Values.a }}\n  type: One\n{{- else if .Values.b }}\n  type: Two\n{{ else }}\n  type: {{ .c }}\n{{- end }}\n",
        &["spec.type = One", "spec.type = Two", "spec.type ~ {{ .c }}"],
    );
}

#[test]
fn keys_are_actions() {
    assert_values(
        "data:\n  {{- range $k, $v := .Values.data }}\n  {{ $k }}: {{ $v | b64enc }}\n  \"{{ $k }}-x\": y\n  {{- end }}\n",
        &["data.\"{{ $k }}\" ~ {{ $v | b64enc }}", "data.\"{{ $k }}-x\" = y"],
    );
}

#[test]
fn values_that_go_on_below() {
    assert_values(
        "labels: {{- include \"l\" . | nindent 2 }}\n  app: x\nother: {{- include \"l\" . | nindent 2 }}\nargs: {{- if .Values.a }}\n  - b\n  {{- end }}\nlist:\n  - {{- toYaml .c | nindent 4 }}\nflow: [\"a\", {{ .b }}] {{- /* c */}}\n",
        &[
            "labels.app = x",
            "other ~ {{- include \"l\" . | nindent 2 }}",
            "args[0] = b",
            "list[0] ~ {{- toYaml .c | nindent 4 }}",
            "flow[0] = a",
            "flow[1] ~ {{ .b }}",
        ],
    );
}

#[test]
fn block_scalars_hold_actions() {
    assert_values(
        "data:\n  first: |\n    {{- if .x }}\n    a: 1\n    {{- end }}\n  inline: |\n    b: {{ .y }}\n  last: |-\n    c: 1\n    {{- toYaml .z | nindent 4 }}\n  only: |\n{{ .Files.Get \"d\" | indent 4 }}\n  header: |- {{ .e | nindent 4 }}\n{{- if .f }}\n  plain: |\n    g\n{{- end }}\nafter: h\n",
        &[
            "data.first = a: 1",
            "data.inline ~ b: {{ .y }}",
            "data.last ~ c: 1\n    {{- toYaml .z | nindent 4 }}",
            "data.only ~ {{ .Files.Get \"d\" | indent 4 }}",
            "data.header ~ {{ .e | nindent 4 }}\n{{- if .f }}",
            "data.plain = g",
            "after = h",
        ],
    );
}

#[test]
fn actions_over_many_lines_and_comments() {
    assert_values(
        "{{- /*\nCopyright {{ x }}\n*/ -}}\na: {{ include \"x\" (dict\n  \"b\" 1\n) }}\nc: d # {{ note }}\n{{- define \"x.y\" -}}\ne: f\n{{- end -}}\n",
        &["a ~ {{ include \"x\" (dict\n  \"b\" 1\n) }}", "c = d", "e = f"],
    );
}

#[test]
fn jinja() {
    assert_values(
        "{# a note #}\n{% set x = 1 %}\nusers:\n{% for user in users %}\n  - name: {{ user.name }}\n    role: admin\n{% endfor %}\nport: {% if tls %}443{% else %}80{% endif %}\nurl: 'https://{{ host }}/'\nfixed: no\n",
        &[
            "users[0].name ~ {{ user.name }}",
            "users[0].role = admin",
            "port ~ {% if tls %}443{% else %}80{% endif %}",
            "url ~ https://{{ host }}/",
            "fixed = no",
        ],
    );
}

#[test]
fn directives_of_terraform() {
    assert_values(
        "users:\n%{ for user in users ~}\n  - name: ${user}\n    lock: false\n%{ endfor ~}\nlog: '%{HOST} %%{ if'\n",
        &["users[name=${user}].name = ${user}", "users[name=${user}].lock = false", "log = %{HOST} %%{ if"],
    );
}

#[test]
fn tags_anchors_streams() {
    assert_values(
        "{{- range .all }}\n---\na: &x {b: {{ .c }}, d: 1}\ne:\n  <<: *x\nf: !Ref {{ .g }}\n{{- end }}\n---\nh: i\n",
        &["a.b ~ {{ .c }}", "a.d = 1", "e.b ~ {{ .c }}", "e.d = 1", "f = {{ .g }}", "f ~ {{ .g }}", "h = i"],
    );
}

#[test]
fn realistic_charts_are_read_whole() {
    for text in [
        // A service account.
        "{{- if .Values.serviceAccount.create -}}\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {{ include \"c.sa\" . }}\n  labels:\n    {{- include \"c.labels\" . | nindent 4 }}\n  {{- with .Values.serviceAccount.annotations }}\n  annotations:\n    {{- toYaml . | nindent 4 }}\n  {{- end }}\nautomountServiceAccountToken: {{ .Values.serviceAccount.automount }}\n{{- end }}\n",
        // An ingress, its hosts in nested loops.
        "{{- $name := include \"c.name\" . -}}\nspec:\n  {{- if .Values.ingress.tls }}\n  tls:\n    {{- range .Values.ingress.tls }}\n    - hosts:\n        {{- range .hosts }}\n        - {{ . | quote }}\n        {{- end }}\n      secretName: {{ .secretName }}\n    {{- end }}\n  {{- end }}\n  rules:\n    {{- range .Values.ingress.hosts }}\n    - host: {{ .host | quote }}\n      http:\n        paths:\n          {{- range .paths }}\n          - path: {{ .path }}\n            backend:\n              {{- if semverCompare \">=1.19-0\" $.Capabilities.KubeVersion.GitVersion }}\n              service:\n                name: {{ $name }}\n                port:\n                  number: {{ $.Values.port }}\n              {{- else }}\n              serviceName: {{ $name }}\n              {{- end }}\n          {{- end }}\n    {{- end }}\n",
        // A secret.
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ template \"c.fullname\" . }}\ntype: Opaque\ndata:\n  {{- if .Values.password }}\n  password: {{ .Values.password | b64enc | quote }}\n  {{- else }}\n  password: {{ randAlphaNum 10 | b64enc | quote }}\n  {{- end }}\n",
        // A horizontal autoscaler.
        "{{- if .Values.autoscaling.enabled }}\nspec:\n  minReplicas: {{ .Values.autoscaling.minReplicas }}\n  metrics:\n    {{- if .Values.autoscaling.cpu }}\n    - type: Resource\n      resource:\n        name: cpu\n    {{- end }}\n{{- end }}\n",
        // A config map from files.
        "data:\n{{ (.Files.Glob \"conf/*\").AsConfig | indent 2 }}\n  own.conf: |-\n    listen {{ .Values.port }};\n{{- if .Values.extra }}\n{{ .Values.extra | indent 4 }}\n{{- end }}\n",
        // Tests of a release.
        "metadata:\n  name: \"{{ include \"c.fullname\" . }}-test\"\n  annotations:\n    \"helm.sh/hook\": test\nspec:\n  containers:\n    - name: wget\n      args: ['{{ include \"c.fullname\" . }}:{{ .Values.service.port }}']\n",
        // A role, its rules from values.
        "rules:\n{{- with .Values.rules }}\n{{- toYaml . | nindent 2 }}\n{{- end }}\n  - apiGroups: [\"\"]\n    resources: [secrets]\n    verbs: [{{ join \",\" .Values.verbs }}]\n",
        // Checksums, tpl, lookups.
        "metadata:\n  annotations:\n    checksum/config: {{ include (print $.Template.BasePath \"/configmap.yaml\") . | sha256sum }}\n    {{- if .Values.x }}\n    {{ tpl (toYaml .Values.x) . | nindent 4 | trim }}\n    {{- end }}\nspec: {}\n",
        // A cron job with a command over many lines.
        "spec:\n  schedule: {{ .Values.schedule | quote }}\n  command:\n    - sh\n    - -c\n    - |\n      set -e\n      {{- range .Values.steps }}\n      echo {{ . }}\n      {{- end }}\n      echo ${#list}\n",
        // A stateful set with a claim.
        "spec:\n  volumeClaimTemplates:\n  - metadata:\n      name: data\n    spec:\n      accessModes: [ {{ .Values.accessMode | quote }} ]\n      {{- if (eq \"-\" .Values.storageClass) }}\n      storageClassName: \"\"\n      {{- else }}\n      storageClassName: \"{{ .Values.storageClass }}\"\n      {{- end }}\n",
        // An Ansible playbook of Jinja.
        "- hosts: {{ hosts }}\n  vars:\n    x: \"{{ y | default('z') }}\"\n  tasks:\n{% if more %}\n    - name: t\n      shell: \"echo {{ x }}\"\n{% endif %}\n",
        // A network policy.
        "{{ if .Values.networkPolicy }}\nkind: NetworkPolicy\nspec:\n  podSelector:\n    matchLabels: {{- include \"c.match\" . | nindent 6 }}\n      app.kubernetes.io/component: server\n  ingress:\n    - ports:\n        - port: {{ .Values.port }}\n      {{- if .Values.from }}\n      from:\n        - podSelector:\n            matchLabels: {{- toYaml .Values.from | nindent 14 }}\n      {{- end }}\n{{ end }}\n",
        // An external secret.
        "spec:\n  refreshInterval: {{ .Values.refresh | default \"1h\" }}\n  data:\n  {{- range $name, $ref := .Values.secrets }}\n  - secretKey: {{ $name }}\n    remoteRef: { key: {{ $ref.key }}, property: {{ $ref.property | quote }} }\n  {{- end }}\n",
        // Notes in a list and trailing actions.
        "items: {{ range .a }}\n  - {{ . }}{{ end }}\nname: \"x\" {{- /* why */}}\n",
        // A custom resource with templates for another engine.
        "spec:\n  name: {{ .Release.Name }}\n  template: |\n    {{`{{ .Labels.x }}`}}\n  summary: '{{ \"{{\" }} $labels.pod {{ \"}}\" }} is down'\n",
    ] {
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let document = document(&text);
            assert!(document.is_template && document.partial.is_none(), "{text}\n{:?}", document.partial);
            for root in &document.roots {
                // What an action touches is never taken for a value.
                walk(root, &mut |trail, node| {
                    let is_touched = text[node.span.clone()].contains(['{', '}']);
                    let is_plain = node.is_literal() || node.value == Value::Null;
                    assert!(!(is_touched && is_plain), "{} in {text}", trail.route());
                });
            }
        }
    }
}

#[test]
fn what_is_no_yaml_with_its_actions_covered_is_read_line_by_line() {
    let text =
        "é: 1\n{{- if .x }}\na: b # c\n- d: \"e\"\n{{- else }}\n- f: {{ .g }}\n  'h': 'i' {{ end }}\nj: k: l\nm: [n]\n";
    for text in [text.to_owned(), format!("\u{FEFF}{text}"), text.replace('\n', "\r\n")] {
        let document = document(&text);
        assert!(document.partial.is_some());
        let root = &document.roots[0];
        assert!(root.is_open());
        let entries: Vec<(&str, &str, &str)> = root
            .entries()
            .iter()
            .map(|entry| (entry.key.as_str(), &text[entry.key_span.clone()], &text[entry.value.span.clone()]))
            .collect();
        assert_eq!(entries, [("a", "a", "b"), ("d", "d", "e"), ("h", "h", "i"), (Node::REST, "", "")]);
    }
}

#[test]
fn what_fails_for_another_reason_is_an_error() {
    for text in
        ["a: [1\nb: \"{{ x }}\"\n", "a: 'b\n", "on: push\nx: ${{ y }}: z\n", "\ta: {{ x\n", "a: b: c\nd: {{ .e }}\n"]
    {
        let error = read(Syntax::Yaml, text.as_bytes()).unwrap_err();
        assert!(!error.is_limit(), "{text:?}: {error}");
    }
}

#[test]
fn hostile_templates_end() {
    let start = std::time::Instant::now();
    for text in [
        "{{",
        "{%",
        "{#",
        "<%",
        "{{\"",
        "{{'",
        "{{`",
        "{{/*",
        "{{\"}}",
        "{{ x }}\n",
        "a: {{",
        "{{}}",
        "{{{",
        "}}",
        "\0{{}}\0",
        "- {{}}",
        "a: |\n{{}}\n",
        "{{\n",
        "é{{é}}",
        "a:\n{{}}\n",
        "{{\"\\",
        "? {{}}\n",
        "a: {{ x }}\n",
        "{{}}: ",
        "\"{{}}\"",
    ] {
        for count in [1, 3, 200_000] {
            let _ = read(Syntax::Yaml, text.repeat(count).as_bytes());
        }
    }
    assert!(start.elapsed() < std::time::Duration::from_secs(60), "{:?}", start.elapsed());
}

/// Templates cut and spliced at random: a mask keeps its length, and every span is a piece of the text.
#[test]
fn edited_templates_never_panic() {
    let sample = "{{- if .é }}\na: &x {b: {{ .c }}}\nd: |\n  é {{ .e }}\n  {{- f | nindent 2 }}\n\"{{ $g }}\": 'h' {{/* i */}}\nj: {{- k | nindent 2 }}\n  l: !m {{ n }}\n{% o %}\np: *x\n{{- end }}\n";
    let pieces = [
        "{{", "}}", "{%", "%}", "é", "'", "\"", "`", "\n", "\r\n", ":", "|", "\\", "\t", "#", "- ", "\0", "\u{2028}",
        "/*",
    ];
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound as u64) as usize
    };
    let mut whole = 0;
    for _ in 0..8_000 {
        let mut chars: Vec<char> = sample.chars().collect();
        for _ in 0..1 + random(4) {
            let at = random(chars.len());
            match random(2) {
                0 => drop(chars.drain(at..(at + random(8)).min(chars.len()))),
                _ => drop(chars.splice(at..at, pieces[random(pieces.len())].chars())),
            }
        }
        let text: String = chars.into_iter().collect();
        assert!(mask(&text).is_none_or(|mask| mask.text.len() == text.len()), "{text:?}");
        let Ok(document) = read(Syntax::Yaml, text.as_bytes()) else { continue };
        whole += usize::from(document.partial.is_none());
        for root in &document.roots {
            walk(root, &mut |_, node| {
                assert!(text.get(node.span.clone()).is_some(), "{:?} in {text:?}", node.span);
                assert!(node.entries().iter().all(|entry| text.get(entry.key_span.clone()).is_some()), "in {text:?}");
            });
        }
    }
    assert!(whole > 200, "only {whole} of the edited templates parse");
}
