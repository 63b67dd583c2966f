//! Addresses in a text that become links: those of the web whose letters say where they lead.
//!
//! Everything in one is ASCII, as browsers copy addresses: no letter of another script can then pass for one of its host, and
//! no mark of direction can turn it around. An address with anything else in it stays text as a whole, and so do those
//! with a name or password before the host, with a host that is no name with a dot and no plain IPv4 address, and of every
//! other scheme.

/// Where an address within a text begins and ends, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether it may be a link. If not, it stays text, and nothing in it is a mark.
    pub(super) leads: bool,
}

const SCHEME_END: &str = "://";
const SCHEMES: [&str; 2] = ["https", "http"];
/// The longest name that a domain may have, in bytes.
const HOST_MOST: usize = 253;

/// The first address at or after `from`.
pub(super) fn find(text: &str, from: usize) -> Option<Found> {
    let mut from = from;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(SCHEME_END)) {
        let colon = from + at;
        if let Some(start) = start_of(text, from, colon) {
            let host = colon + SCHEME_END.len();
            let run = text.get(host..).unwrap_or_default();
            let length = run.find(|letter| !is_of_address(letter)).unwrap_or(run.len());
            let is_whole = run.get(length..).is_none_or(ends_at);
            let address = trim(run.get(..length).unwrap_or_default());
            let leads = is_whole && leads(address);
            let end = host
                + if is_whole { address.len() } else { run.find(char::is_whitespace).unwrap_or(run.len()) };
            return Some(Found { start, end, leads });
        }
        from = colon + SCHEME_END.len();
    }
    None
}

/// Where the scheme before `colon` begins, if it is one of the web's and no part of a longer word.
fn start_of(text: &str, from: usize, colon: usize) -> Option<usize> {
    let before = text.get(from..colon)?;
    let scheme = SCHEMES.iter().find(|scheme| {
        let start = before.len().checked_sub(scheme.len());
        start.and_then(|start| before.get(start..)).is_some_and(|word| word.eq_ignore_ascii_case(scheme))
    })?;
    let start = colon - scheme.len();
    let last = text.get(..start)?.chars().next_back();
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || "/@\\.-+%&?#=~".contains(letter);
    (!last.is_some_and(is_word)).then_some(start)
}

/// Whether a letter can stand in an address (RFC 3986, section 2).
fn is_of_address(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(letter)
}

/// Whether what follows is no part of the address. A letter of another script is, and so is a mark of direction.
fn ends_at(rest: &str) -> bool {
    const PUNCTUATION: &str = "،؛؟۔‘’“”…–—«»、。！？，）";
    let ends = |letter: char| letter.is_whitespace() || PUNCTUATION.contains(letter);
    // Browsers take a backslash for a slash.
    rest.chars().next().is_none_or(|letter| (letter.is_ascii() && letter != '\\') || ends(letter))
}

/// Without what belongs to the sentence around it: marks at its end, and brackets that were opened before it.
fn trim(address: &str) -> &str {
    let count = |wanted: char| address.chars().filter(|letter| *letter == wanted).count();
    // How many more brackets are closed than opened in what is kept.
    let mut round = count(')').wrapping_sub(count('(')).cast_signed();
    let mut square = count(']').wrapping_sub(count('[')).cast_signed();
    address.trim_end_matches(|last| {
        let (excess, closes) = match last {
            ')' | '(' => (&mut round, last == ')'),
            ']' | '[' => (&mut square, last == ']'),
            _ => return ".,;:!?'*_~".contains(last),
        };
        let goes = !closes || *excess > 0;
        *excess += if closes { -1 } else { 1 };
        goes
    })
}

/// Whether what follows the scheme is a host that shows itself, and whatever comes after it.
fn leads(address: &str) -> bool {
    let authority = address.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let is_number = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|letter| letter.is_ascii_digit())
    };
    let labels = || host.split('.');
    let is_label = |label: &str| {
        let inner = label.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-');
        inner && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    // Browsers read hosts whose last label begins with a digit as numbers, in several ways of writing.
    let is_name =
        labels().next_back().is_some_and(|last| last.starts_with(|first: char| first.is_ascii_alphabetic()));
    let is_ipv4 = labels().count() == 4
        && labels().all(|part| is_number(part, 3) && (part == "0" || !part.starts_with('0')));
    host.len() <= HOST_MOST
        && labels().count() > 1
        && labels().all(is_label)
        && (is_name || is_ipv4)
        && port.is_none_or(|port| is_number(port, 5))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<&str> {
        let (mut from, mut links) = (0, Vec::new());
        while let Some(found) = find(text, from) {
            assert!(found.end > from, "it comes to an end");
            from = found.end;
            if found.leads {
                links.push(&text[found.start..found.end]);
            }
        }
        links
    }

    #[test]
    fn an_address_ends_where_the_sentence_goes_on() {
        for (text, link) in [
            ("https://toko.example", "https://toko.example"),
            ("lihat https://toko.example/teko, ya?", "https://toko.example/teko"),
            ("(https://toko.example/teko_(putih))", "https://toko.example/teko_(putih)"),
            ("[lihat](https://toko.example/a?b[]=1)", "https://toko.example/a?b[]=1"),
            ("<HTTPS://Toko.Example/>", "HTTPS://Toko.Example/"),
            ("*https://toko.example/a_b*", "https://toko.example/a_b"),
            ("_https://toko.example/_.", "https://toko.example/"),
            ("هل https://toko.example/teko، أم لا؟", "https://toko.example/teko"),
            ("“http://toko.example:8080/#atas”", "http://toko.example:8080/#atas"),
            ("link:https://192.168.1.10/a", "https://192.168.1.10/a"),
            ("https://toko.example/@pemilik", "https://toko.example/@pemilik"),
            ("https://xn--tko-0na.example/", "https://xn--tko-0na.example/"),
        ] {
            assert_eq!(links(text), [link], "{text}");
        }
        assert_eq!(links("http://a.example,https://b.example"), [""; 0], "no host ends with a comma");
        assert_eq!(links("http://a.example https://b.example"), ["http://a.example", "https://b.example"]);
    }

    #[test]
    fn what_does_not_say_where_it_leads_is_no_link() {
        for text in [
            "javascript://toko.example/%0aalert(1)",
            "javascript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "file:///etc/passwd",
            "ftp://toko.example/",
            "xhttps://toko.example",
            "view-https://toko.example",
            "https://pemilik:sandi@toko.example/",
            "https://toko.example@jahat.example/",
            "https://toko.example\\@jahat.example/",
            "https://toko.example\u{202e}elpmaxe.tahaj//:sptth",
            "https://tоko.example/",
            "https://токо.example/",
            "https://toko.example/\u{200b}a",
            "https://toko.exampleｅ/",
            "https://toko.example/harga/••••",
            "https://localhost/",
            "https://toko",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0127.0.0.1/",
            "https://127.1/",
            "https://[::1]/",
            "https://toko..example/",
            "https://-toko.example/",
            "https://toko%2eexample/",
            "https://toko_satu.example/",
            "https://toko.example:/",
            "https://toko.example:80x/",
            "https:///toko.example",
            "https:toko.example",
            "https://",
            "pemesan@toko.example",
            "tel:081234567890",
            "www.toko.example",
        ] {
            assert_eq!(links(text), [""; 0], "{text}");
        }
    }
}
