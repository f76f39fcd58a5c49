//! What GitHub and Azure put into an archive of logs: each job's whole log, and the same lines again, a file a step.
//!
//! ```text
//! 0_build (20).txt                 the whole job
//! build (20)/1_Set up job.txt      its steps
//! build (20)/4_Run npm ci.txt
//! build (20)/system.txt            the scheduler's words, which are in no other file
//! ```
//!
//! May import: nothing of ours.

use std::collections::HashSet;

/// Names of folders are cut after this many UTF-16 units.
const NAME_UNITS: usize = 90;

/// Tells the files that hold each line once: a job's whole log if there is one, else its steps.
#[derive(Clone, Debug, Default)]
pub(super) struct JobLogs {
    whole: HashSet<String>,
    in_steps: HashSet<String>,
}

impl JobLogs {
    /// Takes note of a name that is known before its turn comes.
    pub(super) fn announce(&mut self, path: &str) {
        self.whole.extend(whole_log(path));
    }

    /// Whether to read a file. Where names are not known before, the form that comes first is the one that is read.
    pub(super) fn admits(&mut self, path: &str) -> bool {
        // A name that looks like both is the whole log of one job: `a/1_b.txt`, with or without a folder `a/b`.
        if let Some(job) = whole_log(path) {
            if self.in_steps.contains(&job) {
                return false;
            }
            self.whole.insert(job);
        }
        match step_of(path) {
            Some(job) if self.whole.contains(&job) => false,
            Some(job) => {
                self.in_steps.insert(job);
                true
            }
            None => true,
        }
    }
}

/// The folder that the steps of a whole log would be in.
fn whole_log(path: &str) -> Option<String> {
    let (folder, name) = split(path);
    Some(format!("{folder}/{}", cut(numbered(name)?)))
}

/// The folder of a step's log.
fn step_of(path: &str) -> Option<String> {
    let (folder, name) = split(path);
    numbered(name)?;
    let (above, job) = split(folder);
    (!job.is_empty()).then(|| format!("{above}/{}", cut(job)))
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once(['/', '\\']).unwrap_or(("", path))
}

/// `4_Run npm ci.txt`, `-9999999999_build.txt`.
fn numbered(name: &str) -> Option<&str> {
    let (number, rest) = name.strip_suffix(".txt")?.split_once('_')?;
    let digits = number.strip_prefix('-').unwrap_or(number);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(rest)
}

fn cut(job: &str) -> &str {
    let mut units = 0;
    let end = job.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > NAME_UNITS
    });
    end.map_or(job, |(at, _)| &job[..at])
}

#[cfg(test)]
mod tests {
    use super::JobLogs;

    fn admitted<'p>(paths: &[&'p str], known: bool) -> Vec<&'p str> {
        let mut logs = JobLogs::default();
        if known {
            paths.iter().for_each(|path| logs.announce(path));
        }
        paths.iter().copied().filter(|path| logs.admits(path)).collect()
    }

    #[test]
    fn a_line_is_read_once() {
        let paths = ["a b/1_Set up job.txt", "a b/4_Run npm ci.txt", "a b/system.txt", "lint/1_x.txt", "0_a b.txt", "-99_test.txt"];
        assert_eq!(admitted(&paths, true), ["a b/system.txt", "lint/1_x.txt", "0_a b.txt", "-99_test.txt"]);
        assert_eq!(
            admitted(&paths, false),
            ["a b/1_Set up job.txt", "a b/4_Run npm ci.txt", "a b/system.txt", "lint/1_x.txt", "-99_test.txt"]
        );
    }

    #[test]
    fn archives_may_lie_in_a_folder() {
        let paths = ["logs/1_a.txt", "logs/a/1_x.txt", "other/a/1_x.txt"];
        assert_eq!(admitted(&paths, true), ["logs/1_a.txt", "other/a/1_x.txt"]);
    }

    #[test]
    fn other_names_are_left_alone() {
        let paths = ["build.txt", "build/1.txt", "1_build.log", "x_build.txt", "build/x.txt"];
        assert_eq!(admitted(&paths, true), paths);
    }

    #[test]
    fn long_names_of_folders_are_cut() {
        let job = "\u{1f4a5}".repeat(60);
        let paths = [format!("0_{job}.txt"), format!("{}/1_x.txt", "\u{1f4a5}".repeat(45))];
        let mut logs = JobLogs::default();
        assert!(logs.admits(&paths[0]) && !logs.admits(&paths[1]));
    }
}
