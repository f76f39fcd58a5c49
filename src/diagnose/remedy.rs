//! What to do: the steps of a cause that hold here, with the captures filled in. Never executes anything.
//!
//! May import: `catalog`, `diagnose::{model, evidence}`.

use std::collections::BTreeMap;

use super::evidence::Witness;
use super::model::ReportStep;
use crate::catalog::{Os, Provider, Step, Text, VersionTest, Where, template};

/// Where a diagnosis is read: it decides which steps are shown.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Setting<'a> {
    pub(super) os: Option<Os>,
    pub(super) ci: Option<&'a str>,
    pub(super) client: Option<&'a str>,
    pub(super) client_version: Option<&'a str>,
    pub(super) provider: Option<&'a Provider>,
}

impl Setting<'_> {
    fn allows(&self, step: &Step) -> bool {
        if let Some(os) = self.os {
            if !step.os.is_empty() && !step.os.contains(&os) {
                return false;
            }
        }
        // What is for a developer's machine is of use to whoever reads a CI log too; what is for CI is not of use to
        // somebody whose log shows no CI, unless nothing tells where it ran.
        let is_here = |providers: &[Text]| {
            self.provider.is_some_and(|here| providers.iter().any(|provider| &**provider == "any" || *provider == here.id))
        };
        if !step.provider.is_empty() && !is_here(&step.provider) || is_here(&step.unless_provider) {
            return false;
        }
        if let Some(test) = step.client.as_deref().and_then(VersionTest::parse) {
            if let Some(client) = self.client {
                if client != test.client {
                    return false;
                }
                if let Some(version) = self.client_version {
                    return test.holds_for(version);
                }
            }
        }
        true
    }

    /// Whether a step for that place is one for where the log was made.
    fn is_here(&self, place: Option<Where>) -> bool {
        match (place, self.ci) {
            (None, _) | (Some(Where::Developer), None) | (Some(Where::Ci), Some(_)) => true,
            (Some(Where::Docker), ci) => ci == Some("docker"),
            _ => false,
        }
    }
}

/// The steps that hold here. Steps for where the log was made come first; the rule's order is kept among them.
///
/// "Set up credentials" is done differently at each registry product: the product's own steps stand behind the first step
/// that names it, or in the place of that step where it does not hold for the product.
pub(super) fn steps(steps: &[Step], setting: &Setting<'_>, captures: &BTreeMap<String, String>, witness: &Witness<'_>) -> Vec<ReportStep> {
    let own = match setting.provider {
        Some(provider) if setting.ci.is_some() => provider.ci.as_slice(),
        Some(provider) => provider.developer.as_slice(),
        None => &[],
    };
    let split = steps.iter().position(names_the_provider).map(|at| at + 1);
    let (before, behind) = steps.split_at(split.unwrap_or(steps.len()));
    let own = own.iter().filter(|_| split.is_some());
    let mut out: Vec<ReportStep> = Vec::new();
    for step in before.iter().chain(own).chain(behind).filter(|step| setting.allows(step)) {
        let step = write(step, setting, captures, witness);
        if !out.contains(&step) {
            out.push(step);
        }
    }
    out.sort_by_key(|step| !setting.is_here(step.place));
    out
}

fn names_the_provider(step: &Step) -> bool {
    template::captures(&step.text).any(|name| name == "provider.name")
}

fn write(step: &Step, setting: &Setting<'_>, captures: &BTreeMap<String, String>, witness: &Witness<'_>) -> ReportStep {
    let fill = |text: &str| template::fill(text, |name| captures.get(name).cloned().or_else(|| witness.fact(name)));
    // A step for several places is told once, for the first that is here.
    let here = step.place.iter().copied().find(|place| setting.is_here(Some(*place)));
    ReportStep {
        text: fill(&step.text),
        command: step.command.as_ref().map(|command| fill_command(command, captures, witness)),
        place: here.or_else(|| step.place.first().copied()),
        os: step.os.clone(),
        shell: step.shell,
        danger: step.danger.as_ref().map(|danger| fill(danger)),
    }
}

/// A command with its captures, quoted so that nothing a log says can become another command.
pub(super) fn fill_command(command: &str, captures: &BTreeMap<String, String>, witness: &Witness<'_>) -> String {
    template::fill(command, |name| captures.get(name).cloned().or_else(|| witness.fact(name)).map(|value| quote(&value)))
}

/// Quotes a word for a shell where it needs it.
fn quote(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%_+=:,./-^~\\".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    let value: String = value.chars().filter(|c| !c.is_control()).collect();
    format!("'{}'", value.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn hostile_captures_stay_one_word() {
        assert_eq!(quote("@acme/ui"), "@acme/ui");
        assert_eq!(quote("https://h/p/"), "https://h/p/");
        assert_eq!(quote("x; rm -rf ~"), "'x; rm -rf ~'");
        assert_eq!(quote("$(id)"), "'$(id)'");
        assert_eq!(quote("a'b\n"), "'a'\\''b'");
    }
}
