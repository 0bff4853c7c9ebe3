//! The two servers that are measured, each a process of its own, so that its CPU can be told from that of the load.

use anyhow::{Context, bail};
use base64::Engine as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

/// The key of the secrets, in the server and in whoever sets the stage beside it.
pub const KEY: [u8; 32] = [7; 32];

/// A running server; killed when it is dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// The program as it is shipped. Its folder keeps what a server writes beside its database.
    pub async fn rollcall(database: &str, worker: bool, folder: &std::path::Path) -> anyhow::Result<Self> {
        let address = free_address().await?;
        let mut command = Command::new(beside_us("rollcall")?);
        command
            .arg("serve")
            .env_clear()
            .env("DATABASE_URL", database)
            .env("ROLLCALL_KEY", base64::engine::general_purpose::STANDARD.encode(KEY))
            .env("ROLLCALL_DATA_DIR", folder)
            .env("ROLLCALL_LISTEN", address.to_string())
            .env("ROLLCALL_PUBLIC_URL", format!("http://{address}"))
            .env("ROLLCALL_ALLOW_PRIVATE_URLS", "1")
            .env("ROLLCALL_WORKER", if worker { "on" } else { "off" })
            .env("ROLLCALL_LOG", "warn");
        Self::start(command, address).await
    }

    /// This program, as the floor.
    pub async fn floor(database: &str) -> anyhow::Result<Self> {
        let address = free_address().await?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--be-floor").arg(address.to_string()).env("DATABASE_URL", database);
        Self::start(command, address).await
    }

    async fn start(mut command: Command, address: SocketAddr) -> anyhow::Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true).spawn();
        let mut server = Self { child: child.context("the server could not be started")?, address };
        for _ in 0..600 {
            if TcpStream::connect(address).await.is_ok() {
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended at once: {status}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("the server does not listen on {address}")
    }

    pub fn id(&self) -> anyhow::Result<u32> {
        self.child.id().context("the server has ended")
    }
}

/// What a server's memory is, shared pages counted in parts (PSS), in MiB.
pub fn memory(server: &Server) -> anyhow::Result<u64> {
    let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", server.id()?))?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap_or_default();
    Ok(line.split_whitespace().next().unwrap_or_default().parse::<u64>()? / 1024)
}

async fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?.local_addr()
}

fn beside_us(name: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    if path.exists() { Ok(path) } else { bail!("{} is missing; scripts/bench builds it", path.display()) }
}
