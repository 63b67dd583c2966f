//! The labels that separate what is signed, derived and authenticated.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Every label in the sources of wire and crypto, tests apart.
pub(crate) fn of_sources() -> BTreeSet<String> {
    let mut labels = BTreeSet::new();
    for folder in ["src", "../wire/src"] {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut labels);
    }
    labels
}

fn collect(folder: &Path, labels: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, labels);
            continue;
        }
        let source = fs::read_to_string(path).unwrap();
        let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
        let quoted = source.split("\"segel/1 ").skip(1).map(|after| after.split('"').next().unwrap());
        labels.extend(quoted.map(|label| ["segel/1 ", label].concat()));
    }
}

/// Whether a document names the label; those of prekeys it names with a word for both roles.
pub(crate) fn is_in(document: &str, label: &str) -> bool {
    let label = match label.strip_prefix("segel/1 prekey ") {
        Some(role) if document.contains(&format!("`{role}`")) => "segel/1 prekey ROLE",
        _ => label,
    };
    document.contains(&format!("\"{label}\""))
}
