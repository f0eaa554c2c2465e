#![allow(clippy::unwrap_used)]

//! Slots are found where they stand, and their versions are compared.

use super::*;
use crate::policy::{Preset, page};

fn now() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn found(path: &str, text: &str) -> Vec<(SlotKind, String, String)> {
    let slots = slots(path.as_bytes(), text.as_bytes());
    slots.into_iter().map(|slot| (slot.kind, slot.route, text[slot.span].to_owned())).collect()
}

#[test]
fn every_kind_is_found() {
    let sops = "é: 1\npassword: ENC[AES256_GCM,data:abc,type:str]\nsops:\n  mac: ENC[AES256_GCM,data:x,type:str]\n";
    let wanted = (SlotKind::Encrypted, "password".to_owned(), "ENC[AES256_GCM,data:abc,type:str]".to_owned());
    assert_eq!(found("a.yaml", sops), [wanted]);
    let sealed = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a}\nspec:\n  encryptedData:\n    key: AgBy\n";
    let wanted = (SlotKind::Encrypted, "SealedSecret/a:spec.encryptedData.key".to_owned(), "AgBy".to_owned());
    assert_eq!(found("a.yaml", sealed), [wanted]);
    let pinned = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\nspec:\n  data:\n    - secretKey: k\n      remoteRef: {key: db, version: \"3\"}\n    - secretKey: l\n      remoteRef: {key: db, version: latest}\n";
    let slots = found("a.yaml", pinned);
    assert_eq!(slots.len(), 1, "{slots:?}");
    assert_eq!((slots[0].0, slots[0].2.as_str()), (SlotKind::Pinned, "3"));
    let expiry = "resource \"azurerm_key_vault_secret\" \"a\" {\n  value = var.v\n  expiration_date = \"2027-01-01T00:00:00Z\"\n}\n";
    let wanted =
        (SlotKind::Expiry, "azurerm_key_vault_secret.a.expiration_date".to_owned(), "2027-01-01T00:00:00Z".to_owned());
    assert_eq!(found("main.tf", expiry), [wanted]);
    assert_eq!(found("a.yaml", "a: b\n"), []);
}

fn version(day: &str, text: &str, beside: &str) -> Version {
    Version { at: format!("{day}T00:00:00Z").parse().unwrap(), text: text.to_owned(), beside: beside.to_owned() }
}

fn judged(kind: SlotKind, versions: &[Version], at_least: bool) -> Option<String> {
    let mut settings = PolicySettings::default();
    settings.set_preset(Preset::Strict, "default");
    judge(kind, versions, at_least, &settings, now()).map(|it| it.message)
}

#[test]
fn a_ciphertext_is_as_old_as_its_last_change() {
    let old = [version("2026-01-01", "a", ""), version("2026-05-01", "b", ""), version("2026-11-01", "b", "")];
    let said = judged(SlotKind::Encrypted, &old, false).unwrap();
    assert!(said.contains("for 206 days"), "{said}");
    let young = [version("2026-01-01", "a", ""), version("2026-11-01", "b", "")];
    assert_eq!(judged(SlotKind::Encrypted, &young, false), None);
    let said = judged(SlotKind::Pinned, &[version("2026-01-01", "3", "db")], true).unwrap();
    assert!(said.contains("for at least 326 days"), "{said}");
}

#[test]
fn an_end_may_be_put_off_once() {
    let ends = |last_value: &str| {
        [
            version("2026-01-01", "2026-03-01", "v"),
            version("2026-02-01", "2026-06-01", "v"),
            version("2026-05-01", "2026-12-01", last_value),
        ]
    };
    assert!(judged(SlotKind::Expiry, &ends("v"), false).unwrap().starts_with("put off 2 times"));
    assert_eq!(judged(SlotKind::Expiry, &ends("w"), false), None);
}

#[test]
fn every_page_has_its_parts() {
    assert!(METAS.is_sorted_by_key(|meta| meta.id));
    for meta in METAS {
        assert_eq!(meta.page.lines().next(), Some(format!("# {}", meta.title).as_str()), "{}", meta.id);
        for title in ["What", "Why", "Bad", "Good", "How to fix", "References"] {
            assert!(!page::section(meta.page, title).is_empty(), "{}: {title}", meta.id);
        }
    }
}
