//! A client of one connection that does as little as possible, as it shares the processors with what it measures.

use anyhow::{Context, ensure};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// A server, and the token that opens it.
#[derive(Clone, Debug)]
pub struct Target {
    pub address: SocketAddr,
    pub token: String,
}

/// One request, and the status that it must be answered with.
#[derive(Debug)]
pub struct Call {
    pub method: Method,
    pub path: String,
    pub body: String,
    pub status: u16,
}

impl Call {
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: String::new(), status: 200 }
    }

    pub fn post(path: impl Into<String>, body: String) -> Self {
        Self { method: Method::POST, path: path.into(), body, status: 201 }
    }

    pub fn patch(path: impl Into<String>, body: String) -> Self {
        Self { method: Method::PATCH, path: path.into(), body, status: 200 }
    }
}

pub struct Client {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    authorization: String,
}

impl Client {
    pub async fn connect(target: &Target) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(target.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // Ends with the sender, or when the server closes; the next call tells of that.
        tokio::spawn(connection);
        Ok(Self { sender, host: target.address.to_string(), authorization: format!("Bearer {}", target.token) })
    }

    /// The answer's body.
    pub async fn call(&mut self, call: Call) -> anyhow::Result<Bytes> {
        let what = format!("{} {}", call.method, call.path);
        let request = Request::builder()
            .method(call.method)
            .uri(call.path)
            .header(HOST, &self.host)
            .header(AUTHORIZATION, &self.authorization)
            .header(ACCEPT, "application/scim+json")
            .header(CONTENT_TYPE, "application/scim+json")
            .body(Full::from(call.body))?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await.context(what.clone())?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await?.to_bytes();
        ensure!(status == call.status, "{what} was answered with {status}: {}", String::from_utf8_lossy(&body));
        Ok(body)
    }
}
