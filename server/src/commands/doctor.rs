//! `rollcall doctor`: looks at everything the program stands on and says what to do where something is wrong. It changes
//! nothing. Start at [`Doctor::run`]; the checks themselves are in [`checks`].

mod checks;
mod finding;

use super::Failure;
use crate::config::{Config, ConfigError};
use crate::postgres::PrivatePostgres;
use checks::Database;
use directory::Clock;
use finding::{Finding, Findings};

/// Check the configuration, the database, the key, the clock, the audit log, Zoom, the mail server and the address to
/// listen on.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  rollcall doctor\n\nChanges nothing. Exit status 1 when a check failed; a warning is no \
                        failure."
)]
pub struct Doctor;

impl Doctor {
    pub async fn run(self) -> Result<(), Failure> {
        let mut findings = Findings::default();
        match Config::from_env() {
            Ok(config) => {
                findings.say(Finding::ok("Configuration", "every setting can be used"));
                for idle in &config.warnings {
                    let advice = format!("Correct or remove it: {}", idle.example);
                    findings.say(Finding::warn("Configuration", format!("{}: {}", idle.name, idle.problem), advice));
                }
                examine(config, &mut findings).await;
            }
            Err(ConfigError(problems)) => {
                for problem in problems {
                    let advice = format!("Set it like this: {}", problem.example);
                    findings.say(Finding::fail(
                        "Configuration",
                        format!("{}: {}", problem.name, problem.problem),
                        advice,
                    ));
                }
                findings.say(Finding::warn("The rest", "not checked", "Correct the configuration and run this again."));
            }
        }
        match findings.failed() {
            0 => Ok(()),
            1 => Err(Failure::problem("one check failed")),
            failed => Err(Failure::problem(format!("{failed} checks failed"))),
        }
    }
}

/// Each check stands on the ones before it; those that cannot be made any more are left out.
async fn examine(config: Config, findings: &mut Findings) {
    if let Some(Database { url, postgres }) = checks::database(&config.database, findings).await {
        if let Some(directory) = checks::directory(&url, config.key, findings).await {
            checks::clock(&directory, &Clock::system(), findings).await;
            checks::audit_log(&directory, findings).await;
            checks::connections(&directory, config.outbound.allow_private_urls, findings).await;
            directory.close().await;
        }
        if let Some(postgres) = postgres {
            PrivatePostgres::stop(postgres).await;
        }
    }
    if let Some(mail) = &config.mail {
        checks::mail(&mail.smtp.clone().greeting_as(config.web.public_url.as_str()), findings).await;
    }
    checks::proxy(&config.web, findings);
    checks::listen(config.web.listen, findings).await;
}
