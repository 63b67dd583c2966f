//! What a message of the other side asks for, in Indonesian, English and Arabic.

use alloc::string::String;

use crate::words::{LONGEST, Meaning, meaning};

/// What several words say together, and Arabic for what [`Meaning`] has, as in [`plain`]: parts of words, where `_` stands for what is
/// between words. Inflected forms that tell what somebody did and do not ask ("we sent") are left out.
///
/// A choice: the names of `caution` in `www/texts/ar.json` and others for the same, and everyday ways to ask and to warn.
const PHRASES: [(Meaning, &str); 8] = [
    (
        Meaning::OTP,
        "kode_masuk kode_yang_masuk kode_yg_masuk kode_yang_dikirim kode_yg_dikirim kode_yang_diterima kode_yg_diterima \
         kode_yang_kami kode_yg_kami kode_sms kode_wa_ kode_di_sms kode_dari_sms kode_lewat_sms code_we_sent code_i_sent \
         kode_yang_baru kode_yg_baru kode_digit kode_enam_digit kodenya_di_sini angka_yang_dikirim \
         angka_yg_dikirim code_you_just code_you_received code_you_got code_sent_to code_that_was_sent code_from_the_sms code_in_the_sms",
    ),
    (
        Meaning::CVV,
        "belakang_kartu blkg_kartu blakang_kartu belakang_atm balik_kartu angka_di_belakang digit_di_belakang angka_belakang \
         back_of_the_card back_of_your_card back_of_card code_on_the_back digits_on_the_back numbers_on_the_back",
    ),
    (
        Meaning::OTP,
        "رمز_التحقق رمز_تحقق كود_التحقق رمز_التاكيد كود_التاكيد رمز_التفعيل كود_التفعيل رمزك_المؤقت الرمز_المؤقت \
         الرمز_الذي_وصل الكود_الذي_وصل الرمز_اللي الكود_اللي",
    ),
    (
        Meaning::PIN,
        "رقم_السري_ رقمك_السري_ رقم_سري_ رقمها_السري_ رمز_السري_ رمزك_السري_ رمز_سري_ التعريف_الشخصي",
    ),
    (Meaning::CVV, "رمز_الامان رمز_امان خلف_البطاقه خلف_بطاقت ظهر_البطاقه ظهر_بطاقت"),
    (Meaning::PASSWORD, "كلمه_المرور كلمه_مرور كلمه_السر_ كلمه_سر_ كلمه_سرك كلمات_المرور باسورد باسوورد"),
    (
        Meaning::ASK,
        "ارسل_ ارسلي_ ارسلوا_ ترسل ابعث_ ابعثي_ تبعث زودن زودي تزود اعط عطن عطين تعط اخبرن اخبري تخبر اكتب تكتب \
         ادخل_ ادخلي_ تدخل شارك يرجي رجاء فضلك سمحت ممكن نحتاج احتاج ما_هو_ ما_هي_ _كم_ اذكر تذكر هات_ نريد_ نرجو",
    ),
    (Meaning::NOT, "_لا_ _ولا_ _فلا_ _الا_ _لن_ _ولن_ _لم_ _ليس ابدا_ عدم_ دون_ ممنوع احذر تحذير اياك مطلقا_"),
];

/// What sets apart the parts of a sentence of which one may say what not to do.
const BREAKS: [&str; 5] = [",", "،", " tapi ", " tetapi ", " but "];

/// What an incoming message asks for that nobody should tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "any of them may be asked for together")]
pub struct Asks {
    /// A code that came by message.
    pub otp: bool,
    /// A PIN.
    pub pin: bool,
    /// A card's code.
    pub cvv: bool,
    /// A password.
    pub password: bool,
}

impl Asks {
    /// What `text`, a message of the other side, asks for. A warning against telling is no request.
    pub fn of(text: &str) -> Self {
        let mut asks = Self::default();
        for (sentence, says) in sentences(text) {
            let asked = says.has(Meaning::ASK) || sentence.contains(['?', '؟']);
            if !asked || says.has(Meaning::NOT) {
                continue;
            }
            let (safe, card) = (says.has(Meaning::SAFE), says.has(Meaning::CARD));
            asks.otp |= says.has(Meaning::OTP) || (safe && !card);
            asks.pin |= says.has(Meaning::PIN);
            asks.cvv |= says.has(Meaning::CVV) || (safe && card);
            asks.password |= says.has(Meaning::PASSWORD);
        }
        asks
    }

    /// Whether it asks for none of them.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// The sentences of a text, each with all that its words say. Of one that says what not to do only after it has said
/// something else, what stands before that: "Send me the code, don't tell anybody" asks for it.
pub(crate) fn sentences(text: &str) -> impl Iterator<Item = (&str, Meaning)> {
    let sentences = text.split(['.', '!', '\n', ';', '؛']);
    sentences.map(|sentence| {
        let all = said(sentence);
        let asks = if all.has(Meaning::NOT) { before_not(sentence) } else { "" };
        if asks.is_empty() { (sentence, all) } else { (asks, said(asks)) }
    })
}

/// All that the words of a sentence say. "Security" is said of a code alone.
fn said(sentence: &str) -> Meaning {
    let says = words(sentence).fold(phrases(sentence), Meaning::and);
    if says.has(Meaning::CODE) { says } else { says.without(Meaning::SAFE) }
}

/// What a sentence says before the first of its parts that says what not to do.
fn before_not(sentence: &str) -> &str {
    let part = |rest: &str| {
        let breaks = BREAKS.iter().filter_map(|word| rest.find(word).map(|at| at + word.len()));
        breaks.min().unwrap_or(rest.len())
    };
    let mut end = 0;
    while end < sentence.len() {
        let next = end + part(&sentence[end..]);
        if said(&sentence[end..next]).has(Meaning::NOT) {
            break;
        }
        end = next;
    }
    &sentence[..end]
}

/// What each of a text's words in ASCII says.
pub(crate) fn words(text: &str) -> impl Iterator<Item = Meaning> {
    let words =
        text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| (1..=LONGEST).contains(&word.len()));
    words.map(|word| meaning(word.as_bytes()))
}

/// What a sentence says in phrases. No visitor needs it before a first message has gone, so it stays a function.
#[inline(never)]
fn phrases(sentence: &str) -> Meaning {
    let sentence = plain(sentence);
    let says = |parts: &str| parts.split(' ').any(|part| sentence.contains(part));
    let said = PHRASES.iter().filter(|(_, parts)| sentence.len() > 1 && says(parts));
    said.fold(Meaning::NOTHING, |all, (meaning, _)| all | *meaning)
}

/// The letters of a text in small ones, Arabic ones without marks and those that people mix up as one, and `_` for anything else
/// between them.
fn plain(text: &str) -> String {
    let mut plain = String::from("_");
    for c in text.chars() {
        match c {
            'ـ' | '\u{64b}'..='\u{65f}' => {}
            'أ' | 'إ' | 'آ' | 'ٱ' => plain.push('ا'),
            'ة' => plain.push('ه'),
            'ى' => plain.push('ي'),
            'ء'..='ي' | 'a'..='z' => plain.push(c),
            'A'..='Z' => plain.push(c.to_ascii_lowercase()),
            _ if plain.ends_with('_') => {}
            _ => plain.push('_'),
        }
    }
    if !plain.ends_with('_') {
        plain.push('_');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_from_warnings() {
        for text in [
            "Mohon kirim kode OTP-nya",
            "PIN ATM berapa kak?",
            "Please send me your password",
            "What is the CVV?",
            "Kirim OTP-nya ya kak, jangan kasih tau orang lain",
            "Please tell me the OTP, don't share it with anyone else",
            "Tolong kirim kode OTP tapi jangan screenshot",
            "Boleh minta 3 angka di belakang kartunya?",
            "Mohon sebutkan kode keamanan kartu",
            "Please give me the security code on the back",
            "Tolong kirim kode yang masuk lewat SMS",
            "kode yg masuk ke WA berapa kak?",
            "What's the code we sent you?",
            "Tolong isi kode 6 digit dari SMS",
            "Kode yang baru kami kirim berapa, Kak?",
            "Can you tell me the code you just received?",
        ] {
            assert!(!Asks::of(text).is_empty(), "{text}");
        }
        for text in [
            "Jangan berikan PIN dan OTP kepada siapa pun",
            "Kami tidak pernah meminta password!",
            "Jangan pernah kirim OTP, PIN, atau berikan password ke siapa pun",
            "OTP Anda 482913, jangan berikan kepada siapa pun",
            "OTP sudah masuk",
            "Boleh nomor pesanannya?",
            "Untuk keamanan, boleh sebutkan nomor pesanannya?",
            "Kode pesanannya berapa?",
            "Rumahnya di belakang toko? Nomor berapa?",
            "Silakan isi kode pos Anda",
            "Ketik kode vouchernya ya, Kak",
            "Kode produknya berapa? Kodenya di kemasan",
            "What is the promo code?",
        ] {
            assert!(Asks::of(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn requests_are_told_from_warnings_in_arabic() {
        let asks = |otp, pin, cvv, password| Asks { otp, pin, cvv, password };
        let otp = asks(true, false, false, false);
        let pin = asks(false, true, false, false);
        let cvv = asks(false, false, true, false);
        let password = asks(false, false, false, true);
        for (text, asked) in [
            ("هل ترسل رمز OTP الذي وصلك الآن؟", otp),
            ("أرسل لي رمز التحقّق من فضلك", otp),
            ("ما هو رمز التأكيد؟", otp),
            ("ممكن كود التفعيل", otp),
            ("وصلك كود التحقق؟", otp),
            ("يرجى كتابة الرمز الذي وصلك في رسالة", otp),
            ("أعطني الرقم السري للبطاقة", pin),
            ("كم رقمك السري؟", pin),
            ("نحتاج PIN البطاقة لإكمال العملية", pin),
            ("اكتب لي رمز الأمان", cvv),
            ("ما هي الأرقام الثلاثة خلف البطاقة؟", cvv),
            ("زودنا برمز CVV لو سمحت", cvv),
            ("ادخل كلمة المرور هنا", password),
            ("ممكن كلمة السر؟", password),
            ("شاركني الباسورد", password),
            ("أخبرني بكلمة مرورك والرقم السري", asks(false, true, false, true)),
            ("مرحبا. أرسلي رمز التحقق وكلمة السر", asks(true, false, false, true)),
        ] {
            assert_eq!(Asks::of(text), asked, "{text}");
        }
        for text in [
            "لا ترسل رمز التحقق لأي شخص",
            "لا تُعطِ رمز التحقق (OTP) أو الرقم السري (PIN) أو رمز CVV أو كلمة المرور لأي شخص، ولا حتى لموظف",
            "لن نطلب منك كلمة المرور أبدًا",
            "يرجى عدم مشاركة الرقم السري",
            "احذر من مشاركة رمز الأمان",
            "أرسلنا رمز التحقق إلى جوالك",
            "تم تغيير كلمة المرور",
            "وصل رمز التحقق",
            "هل تحققت من الطلب؟",
            "ما هو رقم الطلب؟",
            "أرسل رقم الشحنة من فضلك",
            "ممكن صورة الفاتورة؟",
            "هل تريد الشحن السريع؟",
            "ما هو رقم سريعة للشحن؟",
            "رمز الخصم الذي تريده؟",
            "",
        ] {
            assert!(Asks::of(text).is_empty(), "{text}");
        }
    }
}
