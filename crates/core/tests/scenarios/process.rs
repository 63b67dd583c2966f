//! The relay as a process of its own.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use segel_demo::relay_process::RelayOptions;
use segel_testkit::site::TestSite;

/// Ends the site's relay and says how to run it as a process on the same file and port.
pub(crate) async fn relay_process(site: &mut TestSite) -> RelayOptions {
    site.stop_relay().await;
    let config = site.relay_config();
    RelayOptions {
        program: relay_program(),
        listen: config.listen,
        database: config.database.clone(),
        site: config.sites[0].site,
        root: config.sites[0].root,
        public_origin: config.public_origin.clone(),
        trace: None,
    }
}

/// The program of this build: told by `SEGEL_RELAY_BIN`, or built now and found beside the tests.
fn relay_program() -> PathBuf {
    if let Some(program) = env::var_os("SEGEL_RELAY_BIN") {
        return program.into();
    }
    let built = Command::new(env!("CARGO")).args(["build", "--quiet", "--package", "segel-relay"]).status();
    assert!(built.unwrap().success(), "segel-relay is built");
    let tests = env::current_exe().unwrap();
    tests.ancestors().nth(2).unwrap().join("segel-relay")
}
