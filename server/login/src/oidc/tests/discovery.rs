use super::*;

async fn refused(document: Value) -> DiscoveryError {
    let provider = OidcProvider::start().await;
    provider.behave(|behaviour| behaviour.discovery = document);
    let error = discover(&http(), &provider.issuer).await.unwrap_err();
    assert!(error.to_string().ends_with('.'), "{error}");
    error
}

#[tokio::test]
async fn the_document_is_read() {
    let bench = Bench::new().await;
    let (found, issuer) = (&bench.discovery, &bench.provider.issuer);
    assert_eq!(found.issuer, *issuer);
    assert_eq!(found.token_endpoint.as_str(), format!("{issuer}/token"));
    assert_eq!(found.end_session_endpoint.as_ref().unwrap().as_str(), format!("{issuer}/logout"));
    assert!(found.names_itself);
    assert_eq!(found.token_auth, TokenAuth::ClientSecretBasic);
}

#[tokio::test]
async fn what_need_not_be_said_is_not_missed() {
    let bare = json!({
        "userinfo_endpoint": null, "end_session_endpoint": null, "response_types_supported": null,
        "code_challenge_methods_supported": null, "id_token_signing_alg_values_supported": null,
        "token_endpoint_auth_methods_supported": null, "authorization_response_iss_parameter_supported": null,
    });
    let bench = Bench::with(|behaviour| behaviour.discovery = bare).await;
    assert!(!bench.discovery.names_itself);
    bench.sign_in().await.unwrap();
}

#[tokio::test]
async fn a_document_of_another_issuer_is_refused() {
    let error = refused(json!({ "issuer": "https://evil.example.com" })).await;
    assert_eq!(error.kind(), "other_issuer");
    assert!(
        error.to_string().contains("names https://evil.example.com as its issuer, not http://127.0.0.1"),
        "{error}"
    );
}

#[tokio::test]
async fn the_issuer_counts_to_the_last_slash() {
    let provider = OidcProvider::start().await;
    let error = discover(&http(), &format!("{}/", provider.issuer)).await.unwrap_err();
    assert_eq!(error.kind(), "other_issuer");
}

#[tokio::test]
async fn an_issuer_that_is_no_address_is_refused() {
    for issuer in ["", "login.example.com", "javascript:alert(1)", "https://a.example/?x", "https://a.example/#x"] {
        assert_eq!(discover(&http(), issuer).await, Err(DiscoveryError::Issuer), "{issuer}");
    }
}

#[tokio::test]
async fn what_is_needed_is_missed() {
    for name in ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"] {
        assert_eq!(refused(json!({ name: null })).await, DiscoveryError::Missing(name));
    }
}

#[tokio::test]
async fn pkce_with_s256_is_required() {
    assert_eq!(refused(json!({ "code_challenge_methods_supported": ["plain"] })).await, DiscoveryError::NoPkce);
}

#[tokio::test]
async fn the_code_flow_is_required() {
    assert_eq!(refused(json!({ "response_types_supported": ["id_token"] })).await, DiscoveryError::NoCodeFlow);
    assert_eq!(refused(json!({ "grant_types_supported": ["implicit"] })).await, DiscoveryError::NoCodeFlow);
}

#[tokio::test]
async fn an_algorithm_of_ours_is_required() {
    let error = refused(json!({ "id_token_signing_alg_values_supported": ["HS256", "none"] })).await;
    assert_eq!(error, DiscoveryError::Algorithms("HS256, none".to_owned()));
}

#[tokio::test]
async fn a_way_to_send_the_secret_is_required() {
    let error = refused(json!({ "token_endpoint_auth_methods_supported": ["private_key_jwt"] })).await;
    assert_eq!(error, DiscoveryError::TokenAuth("private_key_jwt".to_owned()));
}

#[tokio::test]
async fn an_endpoint_is_not_less_secure_than_its_issuer() {
    for (name, bad) in [("authorization_endpoint", "javascript:alert(1)"), ("end_session_endpoint", "data:text/html,x")]
    {
        assert_eq!(refused(json!({ name: bad })).await, DiscoveryError::Insecure(name));
    }
    // The document of a provider on https, without https in between.
    let document = json!({
        "issuer": "https://login.example.com", "authorization_endpoint": "https://login.example.com/a",
        "token_endpoint": "http://login.example.com/t", "jwks_uri": "https://login.example.com/k",
    });
    let http = Http::new(move |_| {
        let body = document.to_string().into_bytes();
        Box::pin(async { Ok(Response::new(body)) })
    });
    let error = discover(&http, "https://login.example.com").await.unwrap_err();
    assert_eq!(error, DiscoveryError::Insecure("token_endpoint"));
}

#[tokio::test]
async fn a_document_that_is_none_is_refused() {
    let unreadable = refused(json!({ "token_endpoint": 5 })).await;
    assert_eq!(unreadable.kind(), "discovery_unreadable");
    let provider = OidcProvider::start().await;
    let html = |status| Fault::Answer(status, "text/html", "<h1>Sign in</h1>".to_owned());
    for (way, cause) in [
        (html(200), HttpError::NotJson),
        (html(404), HttpError::Status(404)),
        (Fault::Redirect, HttpError::Redirect),
        (Fault::Huge, HttpError::TooLarge),
    ] {
        provider.behave(|behaviour| fault(behaviour, "/.well-known/openid-configuration", way));
        match discover(&http(), &provider.issuer).await {
            Err(DiscoveryError::Unavailable { cause: found, .. }) => assert_eq!(found, cause),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(provider.requests("/elsewhere"), 0);
}
