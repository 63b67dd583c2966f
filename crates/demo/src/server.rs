//! A server on a port of its own: to browsers, an origin.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long answers under way may take when a server stops.
const DRAIN: Duration = Duration::from_secs(2);

/// A port on this machine could not be listened on.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// Another program listens there.
    #[error("port {0} is taken: stop what uses it or choose others with --port")]
    Taken(u16),
    /// The system refused for another reason.
    #[error("cannot listen on port {port}: {source}")]
    Refused {
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
}

/// A port that is held, so that its address is known before anything is served there.
#[derive(Debug)]
pub struct Port {
    listener: TcpListener,
    address: SocketAddr,
    url: String,
}

impl Port {
    /// Listens on the loopback interface under `host`, a name or number that means it; port 0 takes a free one.
    pub async fn take(host: &str, port: u16) -> Result<Self, PortError> {
        let refused = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => PortError::Taken(port),
            _ => PortError::Refused { port, source },
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Self { listener, address, url: format!("http://{host}:{}", address.port()) })
    }

    /// The origin, such as `http://localhost:4700`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Frees the port for another process, and says where it is.
    pub fn release(self) -> SocketAddr {
        self.address
    }

    /// Serves `router` until [`Server::stop`].
    pub fn serve(self, router: Router) -> Server {
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = axum::serve(self.listener, router).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        Server { url: self.url, stop, serving: tokio::spawn(serving.into_future()) }
    }
}

/// A running server; it stops when it is dropped, too, but then nobody waits for it.
#[derive(Debug)]
pub struct Server {
    url: String,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<io::Result<()>>,
}

impl Server {
    /// The origin, such as `http://localhost:4700`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Takes no more requests, lets answers under way end, and frees the port.
    pub async fn stop(self) {
        let Self { stop, mut serving, .. } = self;
        drop(stop);
        if timeout(DRAIN, &mut serving).await.is_err() {
            serving.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_named_and_a_stopped_server_frees_its_own() {
        let first = Port::take("localhost", 0).await.unwrap();
        let port = first.address.port();
        assert!(matches!(Port::take("localhost", port).await, Err(PortError::Taken(taken)) if taken == port));
        first.serve(Router::new()).stop().await;
        assert_eq!(Port::take("localhost", port).await.unwrap().url(), format!("http://localhost:{port}"));
    }
}
