//! The weaknesses that rules are about, as a taxonomy that they refer to: the Common Weakness Enumeration of MITRE.

use serde_sarif::sarif::{
    ReportingDescriptor, ReportingDescriptorReference, ReportingDescriptorRelationship, ToolComponent,
    ToolComponentReference,
};

use super::number;

/// The numbers that the rules of a run name, in the order of their first naming.
#[derive(Default)]
pub(super) struct Taxonomy {
    numbers: Vec<u32>,
}

impl Taxonomy {
    /// That a rule is a case of a weakness.
    pub(super) fn relationship(&mut self, cwe: u32) -> ReportingDescriptorRelationship {
        let known = self.numbers.iter().position(|&number| number == cwe);
        let index = known.unwrap_or_else(|| {
            self.numbers.push(cwe);
            self.numbers.len() - 1
        });
        let target = ReportingDescriptorReference {
            id: Some(cwe.to_string()),
            index: Some(number(index as u64)),
            tool_component: Some(reference()),
            ..Default::default()
        };
        let mut relationship = ReportingDescriptorRelationship::builder().target(target).build();
        relationship.kinds = Some(vec!["superset".to_owned()]);
        relationship
    }

    /// The taxonomy; none where no rule names a weakness.
    pub(super) fn finish(self) -> Option<ToolComponent> {
        if self.numbers.is_empty() {
            return None;
        }
        let mut component = ToolComponent::builder().name("CWE").build();
        component.organization = Some("MITRE".to_owned());
        component.information_uri = Some("https://cwe.mitre.org/".to_owned());
        component.short_description = Some((&"Common Weakness Enumeration".to_owned()).into());
        component.is_comprehensive = Some(false);
        let taxon = |cwe: u32| {
            let mut taxon = ReportingDescriptor::builder().id(cwe.to_string()).build();
            taxon.help_uri = Some(format!("https://cwe.mitre.org/data/definitions/{cwe}.html"));
            taxon
        };
        component.taxa = Some(self.numbers.into_iter().map(taxon).collect());
        Some(component)
    }
}

/// The taxonomy in the run's list, in which it is alone.
pub(super) fn reference() -> ToolComponentReference {
    ToolComponentReference { name: Some("CWE".to_owned()), index: Some(0), ..Default::default() }
}
