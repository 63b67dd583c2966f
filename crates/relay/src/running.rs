//! Starting and stopping a relay, in its own process or in another's.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::config::Config;
use crate::http;
use crate::limiter::Limiter;
use crate::service::Service;
use crate::sessions::Challenges;
use crate::signals;
use crate::sites::{SiteError, Sites};
use crate::store::{SqliteStore, StoreError};
use crate::stream::Listeners;

/// How long requests and streams may take to end.
const DRAIN_WITHIN: Duration = Duration::from_secs(10);

/// The reference relay.
#[derive(Debug)]
pub struct Relay;

/// A relay that listens. Dropped, it drains on its own; [`Running::stop`] waits for it.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    drain: watch::Sender<bool>,
    server: JoinHandle<std::io::Result<()>>,
    closed: mpsc::Receiver<()>,
}

/// Why a relay does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not this machine's.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system said.
        error: std::io::Error,
    },
    /// The database cannot be opened.
    #[error("cannot open the database {}: {error}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: StoreError,
    },
    /// A site cannot be served.
    #[error(transparent)]
    Site(#[from] SiteError),
}

impl Relay {
    /// Opens the database, takes up the sites and listens.
    pub async fn start(config: Config) -> Result<Running, StartError> {
        let Config {
            listen,
            database,
            sites,
            public_origin,
            serve_widget,
            event_rate,
            attachments,
            patience,
        } = config;
        let store =
            SqliteStore::open(&database).map_err(|error| StartError::Database { path: database, error })?;
        let sites = Sites::load(&sites, &store).await?;
        let listen_error = |error| StartError::Listen { address: listen, error };
        let listener = TcpListener::bind(listen).await.map_err(listen_error)?;
        let address = listener.local_addr().map_err(listen_error)?;
        if serve_widget.is_some() {
            tracing::warn!(
                "serving the widget: whoever runs this relay controls the code that its visitors run"
            );
        }

        let (drain, draining) = watch::channel(false);
        let (alive, closed) = mpsc::channel(1);
        let service = Arc::new(Service {
            store: Box::new(store),
            sites,
            challenges: Challenges::default(),
            limiter: Limiter::new(event_rate),
            records: Limiter::new(event_rate),
            room: attachments,
            signals: Limiter::new(signals::RATE),
            listeners: Listeners::default(),
            patience,
            public_origin: public_origin.unwrap_or_else(|| format!("http://{address}")),
            draining: draining.clone(),
            _alive: alive,
        });
        let router = http::router(service, serve_widget.as_deref());
        let server = tokio::spawn(serve(listener, router, draining));
        tracing::info!(%address, "listening");
        Ok(Running { address, drain, server, closed })
    }
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Says goodbye to streams, lets requests end and closes the store.
    pub async fn stop(mut self) {
        self.drain.send_replace(true);
        if timeout(DRAIN_WITHIN, self.closed.recv()).await.is_err() {
            tracing::warn!("some requests did not end in time");
            self.server.abort();
        }
    }
}

async fn serve(
    listener: TcpListener,
    router: axum::Router,
    mut draining: watch::Receiver<bool>,
) -> std::io::Result<()> {
    // Frames are small and each is waited for.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let drained = async move {
        // A dropped `Running` asks for the same.
        let _ = draining.wait_for(|draining| *draining).await;
    };
    axum::serve(listener, router).with_graceful_shutdown(drained).await
}
