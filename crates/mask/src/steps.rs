//! Counts the work in tests: it has to grow with the text and no faster.

#[cfg(test)]
std::thread_local! {
    static STEPS: core::cell::Cell<u64> = const { core::cell::Cell::new(0) };
}

/// One character or digit was looked at; counted in tests only.
#[inline]
pub(crate) fn step() {
    #[cfg(test)]
    STEPS.set(STEPS.get() + 1);
}

/// How many steps `work` takes.
#[cfg(test)]
pub(crate) fn steps_of(work: impl FnOnce()) -> u64 {
    let before = STEPS.get();
    work();
    STEPS.get() - before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask;
    use std::string::String;
    use std::vec::Vec;

    /// Texts that are made to take long, from one piece that repeats.
    const HARD: [&str; 20] = [
        "1-",
        "4 1 1 1 ",
        "4111111111111111 ",
        "4111 1111 1111 1111 ",
        "7",
        "111a",
        "a1",
        "otp 12 ",
        "dua ",
        "and then 4 ",
        "GB55 NWBK ",
        "a@",
        "a.b@c.d",
        "@a.",
        "^1^1=",
        "•1",
        "é",
        "5105105105105100=2812101^a^",
        "exp 01/27 x ",
        "exp valid thru 1/27 kode 1 ",
    ];

    #[test]
    fn the_work_grows_with_the_text_and_no_faster() {
        for piece in HARD {
            let steps = |size: usize| {
                let text: String = core::iter::repeat_n(piece, size / piece.len()).collect();
                steps_of(|| assert!(mask(&text).is_ok()))
            };
            let sizes: Vec<u64> = [4_000, 16_000, 64_000].map(steps).into();
            for pair in sizes.windows(2) {
                assert!(pair[1] <= 4 * pair[0] + 4_000, "{piece:?}: {sizes:?}");
            }
            assert!(sizes[2] <= 64_000 * 120, "{piece:?}: {sizes:?}");
        }
    }
}
