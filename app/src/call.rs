//! How a page calls a server function: all by one road, on which the answer stays JSON until it is shown. A road for
//! each function, as generics make it, was half of what a browser downloads.

pub(crate) mod json;
mod parse;

use crate::error::AppError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use server_fn::ServerFn;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;

/// The header of what a page reads anew by itself: it says that nobody need be sitting there.
pub const BACKGROUND: &str = "x-rollcall-background";

/// What a server function answered: its output as JSON, or what went wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer(pub Result<String, AppError>);

impl Answer {
    /// Its output.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, AppError> {
        Ok(json::of(&self.parse()?)?)
    }

    /// Its output, of whatever type it will be.
    pub(crate) fn parse(self) -> Result<Value, AppError> {
        Ok(json::parse(&as_written(&self.0?))?)
    }
}

/// Signs that turn the direction of writing make a name look like another one, or like what stands beside it. Wherever
/// one comes from, it is shown as a sign that cannot be shown (Unicode Standard Annex 9, section 2, has them all).
pub(crate) fn as_written(json: &str) -> String {
    let turns = |sign: char| matches!(sign, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    json.replace(turns, "\u{FFFD}")
}

/// As it travels in the page to the browser.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(json) => write!(f, "+{json}"),
            Err(error) => write!(f, "-{}", serde_json::to_string(error).map_err(|_| fmt::Error)?),
        }
    }
}

impl FromStr for Answer {
    type Err = json::Mismatch;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix('+') {
            Some(json) => Ok(Self(Ok(json.to_owned()))),
            None => json::read(text.trim_start_matches('-')).map(|error| Self(Err(error))),
        }
    }
}

/// Who wants to know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asker {
    /// Whoever sits there, by going somewhere or sending something.
    Person,
    /// The page by itself.
    Page,
}

pub(crate) type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A server function with its arguments.
#[derive(Clone)]
pub struct Call {
    path: &'static str,
    /// The arguments, as a form sends them.
    body: String,
    #[cfg(feature = "ssr")]
    run: std::sync::Arc<dyn Fn() -> Answering + Send + Sync>,
}

impl Call {
    pub fn of<S>(input: S) -> Result<Self, AppError>
    where
        S: ServerFn<Error = AppError> + Serialize + Clone + Send + Sync + 'static,
        S::Output: Serialize,
    {
        let body = serde_qs::to_string(&input).map_err(|_| AppError::Internal)?;
        Ok(Self {
            path: S::PATH,
            body,
            #[cfg(feature = "ssr")]
            run: std::sync::Arc::new(move || Box::pin(run(input.clone()))),
        })
    }

    /// Asks the function: by HTTP in the browser, at once on the server.
    pub(crate) fn answer(self, by: Asker) -> Answering {
        #[cfg(feature = "ssr")]
        {
            let _ = by;
            (self.run)()
        }
        #[cfg(not(feature = "ssr"))]
        post(self.path, self.body, by)
    }
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        (self.path, &self.body) == (other.path, &other.body)
    }
}

#[cfg(feature = "ssr")]
async fn run<S>(input: S) -> Answer
where
    S: ServerFn<Error = AppError>,
    S::Output: Serialize,
{
    let output = input.run_body().await;
    Answer(output.and_then(|output| serde_json::to_string(&output).map_err(|_| AppError::Internal)))
}

/// Sends arguments to a function of the server.
#[cfg(feature = "hydrate")]
pub(crate) fn post(path: &'static str, body: String, by: Asker) -> Answering {
    Box::pin(async move { Answer(browser::post(path, body, by).await) })
}

/// On the server nobody fills in a form.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn post(_: &'static str, _: String, _: Asker) -> Answering {
    Box::pin(async { Answer(Err(AppError::Unreachable)) })
}

/// What an error's text says; texts that are not ours come from whatever stands between, or from a server that has been
/// updated since the page was loaded and does not know the function any more.
#[cfg(any(feature = "hydrate", test))]
fn error_of(status: u16, text: &str) -> AppError {
    match (json::read(text), status) {
        (Ok(error), _) => error,
        (Err(_), 400 | 404 | 405) => AppError::Outdated,
        (Err(_), 413) => AppError::BadRequest { message: "it is larger than 1 MiB. Nothing was saved.".to_owned() },
        (Err(_), _) => AppError::Unreachable,
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::{Asker, BACKGROUND};
    use crate::error::AppError;
    use server_fn::client::Client;
    use server_fn::client::browser::BrowserClient;
    use server_fn::request::ClientReq;
    use server_fn::response::ClientRes;

    type Request = <BrowserClient as Client<AppError>>::Request;

    pub(super) async fn post(path: &str, body: String, by: Asker) -> Result<String, AppError> {
        let form = "application/x-www-form-urlencoded";
        let request = <Request as ClientReq<AppError>>::try_new_post(path, form, "application/json", body)?;
        if by == Asker::Page {
            request.headers().set(BACKGROUND, "1");
        }
        read(<BrowserClient as Client<AppError>>::send(request).await?).await
    }

    async fn read(response: impl ClientRes<AppError>) -> Result<String, AppError> {
        let status = response.status();
        let leads_on_to = response.has_redirect().then(|| response.location());
        let text = response.try_into_string().await?;
        if status >= 400 {
            return Err(super::error_of(status, &text));
        }
        if let Some(address) = leads_on_to {
            server_fn::redirect::call_redirect_hook(&address);
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, error_of};
    use crate::error::AppError;

    #[test]
    fn an_error_that_is_not_ours_says_what_to_do() {
        assert_eq!(error_of(404, r#"{"NotFound":{"what":"person"}}"#), AppError::no("person"));
        assert_eq!(error_of(400, "Could not find a server function"), AppError::Outdated);
        assert_eq!(error_of(502, "<html>Bad gateway"), AppError::Unreachable);
        assert!(error_of(413, "length limit exceeded").to_string().contains("larger than 1 MiB"));
    }

    #[test]
    fn nothing_turns_the_direction_of_writing() {
        let answer = Answer(Ok("\"Ada\u{202E}moc.live\u{2066} שרה\"".to_owned()));
        assert_eq!(answer.read::<String>().unwrap(), "Ada\u{FFFD}moc.live\u{FFFD} שרה");
    }

    #[test]
    fn an_answer_survives_the_way_in_the_page() {
        let answers = [
            Answer(Ok(r#"{"name":"<b>+-é"}"#.to_owned())),
            Answer(Ok("null".to_owned())),
            Answer(Err(AppError::no("person"))),
            Answer(Err(AppError::Internal)),
        ];
        for answer in answers {
            assert_eq!(answer.to_string().parse::<Answer>().unwrap(), answer);
        }
        assert!("nonsense".parse::<Answer>().is_err());
    }
}
