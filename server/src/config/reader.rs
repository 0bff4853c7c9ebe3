//! Takes values out of the environment and collects what is wrong with them.

use secrecy::SecretString;

/// Gives the value of a name, when it is set.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What is wrong with one value. The value of a secret is never repeated.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub name: String,
    pub problem: String,
    pub example: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {}. Example: {}", self.name, self.problem, self.example)
    }
}

pub(super) struct Reader<'a> {
    lookup: Lookup<'a>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lookup: Lookup<'a>) -> Self {
        Self { lookup, problems: Vec::new(), warnings: Vec::new() }
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The value turned by `parse`, or `default` when it is not set. `parse` says what is wrong as the rest of a
    /// sentence that begins with the value: "is not an address with a port".
    pub(super) fn parse<T>(
        &mut self,
        name: &str,
        default: T,
        example: &str,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> T {
        let Some(value) = self.text(name) else { return default };
        match parse(&value) {
            Ok(parsed) => parsed,
            Err(wrong) => {
                self.refuse(name, format!("`{value}` {wrong}"), &format!("{name}={example}"));
                default
            }
        }
    }

    /// From `NAME`, or from the file that `NAME_FILE` names; both together are a problem.
    pub(super) fn secret(&mut self, name: &str, example: &str) -> Option<SecretString> {
        let file_name = format!("{name}_FILE");
        match (self.text(name), self.text(&file_name)) {
            (Some(_), Some(_)) => {
                self.refuse(&file_name, format!("{name} is set as well; keep one of the two"), example);
                None
            }
            (Some(value), None) => Some(value.into()),
            (None, Some(path)) => match std::fs::read_to_string(&path) {
                Ok(value) if !value.trim().is_empty() => Some(value.trim().to_owned().into()),
                Ok(_) => {
                    self.refuse(&file_name, format!("the file `{path}` is empty"), example);
                    None
                }
                Err(error) => {
                    self.refuse(&file_name, format!("the file `{path}` cannot be read ({error})"), example);
                    None
                }
            },
            (None, None) => None,
        }
    }

    /// `example` is what to do, as one would type it: `NAME=value`.
    pub(super) fn refuse(&mut self, name: &str, problem: impl Into<String>, example: &str) {
        self.problems.push(Problem { name: name.to_owned(), problem: problem.into(), example: example.to_owned() });
    }

    /// Something that is not as it should be and stops nothing.
    pub(super) fn warn(&mut self, name: &str, problem: impl Into<String>, example: &str) {
        self.warnings.push(Problem { name: name.to_owned(), problem: problem.into(), example: example.to_owned() });
    }

    /// The warnings, or the problems when there is one.
    pub(super) fn finish(self) -> Result<Vec<Problem>, Vec<Problem>> {
        if self.problems.is_empty() { Ok(self.warnings) } else { Err(self.problems) }
    }
}

/// `on`/`off` as people write them.
pub(super) fn switch(value: &str) -> Result<bool, &'static str> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "on" | "true" | "yes" => Ok(true),
        "0" | "off" | "false" | "no" => Ok(false),
        _ => Err("is neither on nor off"),
    }
}
