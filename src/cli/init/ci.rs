//! The CI services that there are recipes for. The recipes are the first block of their pages in `docs/ci`, so that what is read
//! there and what is written here are the same.

use std::fs;
use std::path::Path;

use clap::ValueEnum;

/// A CI service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Ci {
    Github,
    Gitlab,
    AzurePipelines,
    Bitbucket,
    Circleci,
    Jenkins,
}

impl Ci {
    pub(super) const ALL: [Self; 6] =
        [Self::Github, Self::Gitlab, Self::AzurePipelines, Self::Bitbucket, Self::Circleci, Self::Jenkins];

    /// As `--ci` takes it.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::AzurePipelines => "azure-pipelines",
            Self::Bitbucket => "bitbucket",
            Self::Circleci => "circleci",
            Self::Jenkins => "jenkins",
        }
    }

    /// For people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Github => "GitHub Actions",
            Self::Gitlab => "GitLab CI",
            Self::AzurePipelines => "Azure Pipelines",
            Self::Bitbucket => "Bitbucket Pipelines",
            Self::Circleci => "CircleCI",
            Self::Jenkins => "Jenkins",
        }
    }

    /// Where the service looks for a job, from the top of the repository.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Github => ".github/workflows/keysieve.yml",
            Self::Gitlab => ".gitlab-ci.yml",
            Self::AzurePipelines => "azure-pipelines.yml",
            Self::Bitbucket => "bitbucket-pipelines.yml",
            Self::Circleci => ".circleci/config.yml",
            Self::Jenkins => "Jenkinsfile",
        }
    }

    /// What tells that the service is used.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Github => ".github/workflows",
            other => other.file(),
        }
    }

    pub(super) fn is_used(self, home: &Path) -> bool {
        home.join(self.sign()).exists()
    }

    /// Whether one of its jobs names keysieve.
    pub(super) fn runs_keysieve(self, home: &Path) -> bool {
        let sign = home.join(self.sign());
        let names = |path: &Path| fs::read_to_string(path).is_ok_and(|text| text.contains("keysieve"));
        match fs::read_dir(&sign) {
            Ok(entries) => entries.flatten().any(|entry| names(&entry.path())),
            Err(_) => names(&sign),
        }
    }

    fn page(self) -> &'static str {
        match self {
            Self::Github => include_str!("../../../docs/ci/github.md"),
            Self::Gitlab => include_str!("../../../docs/ci/gitlab.md"),
            Self::AzurePipelines => include_str!("../../../docs/ci/azure-pipelines.md"),
            Self::Bitbucket => include_str!("../../../docs/ci/bitbucket.md"),
            Self::Circleci => include_str!("../../../docs/ci/circleci.md"),
            Self::Jenkins => include_str!("../../../docs/ci/jenkins.md"),
        }
    }

    /// The whole file, for a repository that has none.
    pub(super) fn recipe(self) -> String {
        let lines = self.page().lines().skip_while(|line| !line.starts_with("```")).skip(1);
        lines.take_while(|line| !line.starts_with("```")).flat_map(|line| [line, "\n"]).collect()
    }

    /// What of the recipe is different for everybody, and what it stands for.
    pub(super) fn to_replace(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        const MARKS: [(&str, &str); 2] = [
            ("OWNER/keysieve@COMMIT", "the repository that you took keysieve from, and a commit of it"),
            ("registry.example.com/tools/keysieve:latest", "an image that has keysieve on its PATH"),
        ];
        let recipe = self.recipe();
        MARKS.into_iter().filter(move |(mark, _)| recipe.contains(mark))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_begins_with_a_recipe_that_runs_keysieve() {
        for ci in Ci::ALL {
            let recipe = ci.recipe();
            assert!(recipe.contains("keysieve") && recipe.lines().count() > 10 && !recipe.contains("```"), "{recipe}");
            assert_eq!(ci.to_value().as_deref(), Some(ci.id()));
        }
        assert_eq!(Ci::Github.to_replace().count(), 1);
        assert_eq!(Ci::Jenkins.to_replace().count(), 1);
    }

    impl Ci {
        fn to_value(self) -> Option<String> {
            Some(self.to_possible_value()?.get_name().to_owned())
        }
    }
}
