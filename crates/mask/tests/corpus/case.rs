//! Cases: texts, and what is in them.

use serde::Deserialize;

/// One text and what is in it; places are counted in characters.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Case {
    pub(crate) text: String,
    pub(crate) spans: Vec<Gold>,
    pub(crate) tier: String,
    pub(crate) cat: String,
    /// Where it is cut into messages.
    #[serde(default)]
    pub(crate) messages: Vec<[usize; 2]>,
}

/// Something to be found.
#[derive(Clone, Deserialize)]
pub(crate) struct Gold {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: String,
    /// Neither right nor wrong when found.
    #[serde(default)]
    pub(crate) optional: bool,
}

/// The corpus: a case a line, as JSON.
pub(crate) fn read_corpus(lines: &str) -> Vec<Case> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The project's own cases: `{kind:text}` is to be found; the file says the rest.
pub(crate) fn read_own(lines: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut cat = "";
    for line in lines.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
        if let Some(about) = line.strip_prefix("== ") {
            cat = about;
            continue;
        }
        let tier = if cat.starts_with("no-") { "neg" } else { "core" };
        let mut case = Case { cat: cat.to_owned(), tier: tier.to_owned(), ..Case::default() };
        for message in line.split(" ⏎⏎ ") {
            if !case.text.is_empty() {
                case.text.push('\n');
            }
            let start = case.text.chars().count();
            add_message(&mut case, &message.replace('⏎', "\n"));
            case.messages.push([start, case.text.chars().count()]);
        }
        cases.push(case);
    }
    cases
}

fn add_message(case: &mut Case, message: &str) {
    let mut rest = message;
    while let Some((before, marked)) = rest.split_once('{') {
        let (inside, after) = marked.split_once('}').unwrap();
        let (kind, text) = inside.split_once(':').unwrap();
        case.text.push_str(before);
        let start = case.text.chars().count();
        case.text.push_str(text);
        let end = case.text.chars().count();
        case.spans.push(Gold { start, end, kind: kind.to_owned(), optional: false });
        rest = after;
    }
    case.text.push_str(rest);
}
