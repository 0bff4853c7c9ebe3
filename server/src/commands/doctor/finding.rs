//! What a check found, and the line it makes.

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    grade: Grade,
    /// What was checked.
    about: String,
    found: String,
    /// What to do; none when all is well.
    advice: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grade {
    Ok,
    Warn,
    Fail,
}

impl Finding {
    pub(super) fn ok(about: impl Into<String>, found: impl Into<String>) -> Self {
        Self { grade: Grade::Ok, about: about.into(), found: found.into(), advice: None }
    }

    pub(super) fn warn(about: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { grade: Grade::Warn, about: about.into(), found: found.into(), advice: Some(advice.into()) }
    }

    pub(super) fn fail(about: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { grade: Grade::Fail, about: about.into(), found: found.into(), advice: Some(advice.into()) }
    }

    fn line(&self) -> String {
        let grade = match self.grade {
            Grade::Ok => "ok",
            Grade::Warn => "warn",
            Grade::Fail => "fail",
        };
        let line = format!("{grade:<4}  {}: {}", self.about, self.found);
        match &self.advice {
            Some(advice) => format!("{line}\n      {advice}"),
            None => line,
        }
    }
}

/// Prints each finding as it is made: a check may take its time.
#[derive(Debug, Default)]
pub(super) struct Findings {
    failed: usize,
}

impl Findings {
    #[expect(clippy::print_stdout, reason = "the report is the command's answer")]
    pub(super) fn say(&mut self, finding: Finding) {
        self.failed += usize::from(finding.grade == Grade::Fail);
        println!("{}", finding.line());
    }

    pub(super) const fn failed(&self) -> usize {
        self.failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_was_found_and_what_to_do() {
        assert_eq!(Finding::ok("Clock", "0 ms apart").line(), "ok    Clock: 0 ms apart");
        let wrong = Finding::fail("Clock", "90 s apart", "Set both by NTP.");
        assert_eq!(wrong.line(), "fail  Clock: 90 s apart\n      Set both by NTP.");
    }

    #[test]
    fn only_failures_count() {
        let mut findings = Findings::default();
        findings.say(Finding::warn("a", "b", "c"));
        assert_eq!(findings.failed(), 0);
        findings.say(Finding::fail("a", "b", "c"));
        assert_eq!(findings.failed(), 1);
    }
}
