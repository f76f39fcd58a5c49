//! How good the answers on labelled logs are.
//!
//! May import: `catalog`, `diagnose`, `trial::{cases, vocabulary}`.

use std::collections::BTreeMap;

use super::cases::Label;
use super::vocabulary::{Target, Vocabulary};
use crate::catalog::Catalog;
use crate::diagnose::{LogReport, Outcome};

/// The part of a report that is judged: the roots, each with its first cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How the log ended.
    pub outcome: Outcome,
    /// Rule and first cause of each root, the answer first.
    pub roots: Vec<(String, Option<String>)>,
}

impl Answer {
    /// The answer that a report gives.
    #[must_use]
    pub fn of(report: &LogReport) -> Self {
        let roots = report.roots().map(|root| (root.rule.clone(), root.causes.first().map(|cause| cause.id.clone()))).collect();
        Self { outcome: report.outcome, roots }
    }

    /// `npm/e401/token-missing`, or a word for no answer.
    #[must_use]
    pub fn name(&self) -> String {
        match (self.roots.first(), self.outcome) {
            (Some((rule, Some(cause))), _) => format!("{rule}/{cause}"),
            (Some((rule, None)), _) => rule.clone(),
            (None, Outcome::Failed) => "failed, no rule knows why".to_owned(),
            (None, Outcome::Succeeded) => "no failure".to_owned(),
            (None, Outcome::Unknown) => "nothing known".to_owned(),
        }
    }
}

/// What an answer is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// The first root is right, and so is its first cause where the label names one.
    Right,
    /// The first root is right; the label names a cause, and another stands first.
    OtherCause,
    /// A right rule is among the first three roots.
    InTopThree,
    /// Another rule stands first and no right one near.
    Wrong,
    /// A failed log without a root.
    Silent,
    /// A harmless log without a root.
    Quiet,
    /// A harmless log with a root.
    FalseAlarm,
}

impl Grade {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::OtherCause => "other cause",
            Self::InTopThree => "not first",
            Self::Wrong => "wrong",
            Self::Silent => "silent",
            Self::Quiet => "quiet",
            Self::FalseAlarm => "false alarm",
        }
    }

    /// Whether nothing could be better.
    #[must_use]
    pub fn is_best(self) -> bool {
        matches!(self, Self::Right | Self::Quiet)
    }
}

/// What a log asks of its answer beyond the rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Its label names a cause of the rule that was found.
    pub cause: bool,
    /// The log can tell that cause, see [`super::log_can_tell`].
    pub log_can_tell: bool,
}

/// Grades an answer. The second part tells whether the label asks for a certain cause of the answer's rule.
#[must_use]
pub fn grade(answer: &Answer, label: &Label, vocabulary: &Vocabulary) -> (Grade, bool) {
    let Some((rule, cause)) = answer.roots.first() else {
        return (if label.failed { Grade::Silent } else { Grade::Quiet }, false);
    };
    if !label.failed {
        return (Grade::FalseAlarm, false);
    }
    let wanted = vocabulary.targets(&label.primary);
    let mut right = wanted.clone();
    right.extend(label.also_acceptable.iter().flat_map(|word| vocabulary.targets(word)));
    if !right.iter().any(|target| target.rule == *rule) {
        let near = answer.roots.iter().take(3).any(|(other, _)| right.iter().any(|target| target.rule == *other));
        return (if near { Grade::InTopThree } else { Grade::Wrong }, false);
    }
    // The label's first word asks for a cause; other acceptable words are those of people who know less.
    let primary: Vec<&Target> = wanted.iter().filter(|target| target.rule == *rule).collect();
    let asks_for_cause = !primary.is_empty() && primary.iter().all(|target| target.cause.is_some());
    let cause_is_right = !asks_for_cause || primary.iter().any(|target| target.cause == *cause);
    (if cause_is_right { Grade::Right } else { Grade::OtherCause }, asks_for_cause)
}

/// Counts of one group of logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScoreRow {
    /// Logs that failed.
    pub failed: usize,
    /// Of these, how many have a right first root.
    pub first: usize,
    /// .. or a right one among the first three.
    pub top_three: usize,
    /// Logs whose label asks for a cause of the rule that was found.
    pub causes: usize,
    /// Of these, how many have it first.
    pub cause_first: usize,
    /// Logs whose label asks for a cause that the log can tell.
    pub told: usize,
    /// Of these, how many have it first.
    pub told_first: usize,
    /// Failed logs with a wrong first root.
    pub wrong: usize,
    /// Failed logs without a root.
    pub silent: usize,
    /// Harmless logs.
    pub harmless: usize,
    /// Of these, how many have a root.
    pub false_alarms: usize,
}

impl ScoreRow {
    fn add(&mut self, grade: Grade, asked: Asked) {
        match grade {
            Grade::Quiet | Grade::FalseAlarm => {
                self.harmless += 1;
                self.false_alarms += usize::from(grade == Grade::FalseAlarm);
                return;
            }
            _ => self.failed += 1,
        }
        let is_first = matches!(grade, Grade::Right | Grade::OtherCause);
        self.first += usize::from(is_first);
        self.top_three += usize::from(is_first || grade == Grade::InTopThree);
        self.wrong += usize::from(matches!(grade, Grade::Wrong | Grade::InTopThree));
        self.silent += usize::from(grade == Grade::Silent);
        self.causes += usize::from(asked.cause);
        self.cause_first += usize::from(asked.cause && grade == Grade::Right);
        let told = asked.cause && asked.log_can_tell;
        self.told += usize::from(told);
        self.told_first += usize::from(told && grade == Grade::Right);
    }
}

/// Counts of all logs, by client and by family of the right answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// All logs.
    pub all: ScoreRow,
    /// By the label's client.
    pub clients: BTreeMap<String, ScoreRow>,
    /// By the family of the rule that the label means.
    pub families: BTreeMap<String, ScoreRow>,
    /// Labels that the vocabulary does not know, with the number of their logs.
    pub unmapped: BTreeMap<String, usize>,
}

impl Score {
    /// Counts one more log.
    pub fn add(&mut self, grade: Grade, asked: Asked, label: &Label, vocabulary: &Vocabulary, catalog: &Catalog) {
        let targets = vocabulary.targets(&label.primary);
        if label.failed && targets.is_empty() {
            *self.unmapped.entry(label.primary.clone()).or_default() += 1;
        }
        let family = if label.failed {
            targets.first().and_then(|target| catalog.rule(&target.rule)).map_or("?", |rule| &*rule.family)
        } else {
            "harmless"
        };
        let client = label.client.as_deref().unwrap_or("?");
        self.all.add(grade, asked);
        self.clients.entry(client.to_owned()).or_default().add(grade, asked);
        self.families.entry(family.to_owned()).or_default().add(grade, asked);
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Asked, Grade, Label, Outcome, ScoreRow, Vocabulary, grade};

    fn graded(roots: &[(&str, &str)], failed: bool, primary: &str, also: &[&str]) -> Grade {
        let words = "[label]\nNO-TOKEN = [\"npm/e401/token-missing\"]\nE401 = [\"npm/e401\"]\nE404 = [\"npm/e404\"]\n";
        let vocabulary = Vocabulary::parse("test", words).unwrap();
        let roots = roots.iter().map(|(rule, cause)| ((*rule).to_owned(), Some((*cause).to_owned()))).collect();
        let answer = Answer { outcome: Outcome::Failed, roots };
        let also_acceptable = also.iter().map(ToString::to_string).collect();
        let label = Label { failed, primary: primary.to_owned(), also_acceptable, ..Label::default() };
        grade(&answer, &label, &vocabulary).0
    }

    #[test]
    fn grades_are_strict() {
        assert_eq!(graded(&[("npm/e401", "token-missing")], true, "no-token", &[]), Grade::Right);
        assert_eq!(graded(&[("npm/e401", "token-rejected")], true, "no-token", &[]), Grade::OtherCause);
        assert_eq!(graded(&[("npm/e401", "token-rejected")], true, "no-token", &["E401"]), Grade::OtherCause);
        assert_eq!(graded(&[("npm/e401", "token-rejected")], true, "E401", &["no-token"]), Grade::Right);
        assert_eq!(graded(&[("npm/e404", "x"), ("npm/e401", "token-missing")], true, "E401", &[]), Grade::InTopThree);
        assert_eq!(graded(&[("npm/e404", "x")], true, "E401", &[]), Grade::Wrong);
        assert_eq!(graded(&[], true, "E401", &[]), Grade::Silent);
        assert_eq!(graded(&[], false, "NONE", &[]), Grade::Quiet);
        assert_eq!(graded(&[("npm/e404", "x")], false, "NONE", &[]), Grade::FalseAlarm);
    }

    #[test]
    fn causes_that_the_log_can_tell_are_counted_apart() {
        let mut row = ScoreRow::default();
        row.add(Grade::Right, Asked { cause: true, log_can_tell: true });
        row.add(Grade::OtherCause, Asked { cause: true, log_can_tell: false });
        row.add(Grade::Right, Asked { cause: false, log_can_tell: true });
        assert_eq!((row.cause_first, row.causes, row.told_first, row.told), (1, 2, 1, 1));
    }
}
