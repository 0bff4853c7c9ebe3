//! What the process writes to its log, and how.

use tracing_subscriber::EnvFilter;

use super::reader::Reader;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug)]
pub struct Log {
    /// `ROLLCALL_LOG` (`info`): a level, or levels by module, as `tracing` writes them.
    pub filter: String,
    /// `ROLLCALL_LOG_FORMAT` (`text`): `json` gives one object per line.
    pub format: LogFormat,
}

impl Log {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            filter: reader.parse(
                "ROLLCALL_LOG",
                "info,sqlx::postgres::notice=warn".to_owned(),
                "info,rollcall=debug",
                |value| {
                    let parsed = EnvFilter::builder().parse(value);
                    parsed.map(|_| value.to_owned()).map_err(|_| "is not a list of levels by module")
                },
            ),
            format: reader.parse("ROLLCALL_LOG_FORMAT", LogFormat::Text, "json", |value| match value {
                "text" => Ok(LogFormat::Text),
                "json" => Ok(LogFormat::Json),
                _ => Err("is neither text nor json"),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{problem, read};
    use super::LogFormat;

    #[test]
    fn filter_and_format_are_checked() {
        let log = read(&[("ROLLCALL_LOG", "warn,rollcall=trace"), ("ROLLCALL_LOG_FORMAT", "json")]).unwrap().log;
        assert_eq!((log.filter.as_str(), log.format), ("warn,rollcall=trace", LogFormat::Json));
        assert!(problem(&[("ROLLCALL_LOG", "rollcall=loud")]).contains("is not a list of levels"));
        assert!(problem(&[("ROLLCALL_LOG_FORMAT", "xml")]).contains("is neither text nor json"));
    }
}
