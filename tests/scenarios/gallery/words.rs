//! What people say in the gallery, in its languages.

/// A conversation, message by message.
pub(crate) struct Words {
    pub(crate) question: &'static str,
    pub(crate) answer: &'static str,
    /// With a card number, as it is typed.
    pub(crate) card: &'static str,
    pub(crate) advice: &'static str,
    /// Asks for what never may be given.
    pub(crate) asks_for_code: &'static str,
    pub(crate) second: &'static str,
    pub(crate) third: &'static str,
    pub(crate) draft: &'static str,
    pub(crate) label: &'static str,
    /// As the screen says that the relay has stored something.
    pub(crate) sent: &'static str,
    /// A card's title and text.
    pub(crate) card_title: &'static str,
    pub(crate) card_text: &'static str,
    /// What is offered below it.
    pub(crate) answers: [&'static str; 3],
}

impl Words {
    pub(crate) fn of(language: &str) -> &'static Self {
        match language {
            "en" => &ENGLISH,
            "ar" => &ARABIC,
            _ => &INDONESIAN,
        }
    }

    /// A card with a link and answers, as it is sent.
    pub(crate) fn offer(&self) -> String {
        let [one, two, three] = self.answers;
        let (title, text) = (self.card_title, self.card_text);
        format!("*{title}*\n{text}\n{LINK}\n\n[ {one} ]\n[ {two} ]\n[ {three} ]")
    }

    /// What others see of the message with the card.
    pub(crate) fn masked(&self) -> String {
        self.card.replace("4111 1111 1111 1111", "•••• •••• •••• 1111")
    }
}

/// Where the card leads.
pub(crate) const LINK: &str = "https://toko.example/teko-keramik";

const INDONESIAN: Words = Words {
    question: "Halo! Apakah teko keramiknya masih ada?",
    answer: "Halo, masih ada: putih dan hijau tua. Mau kami sisihkan satu?",
    card: "Mau. Kartu saya 4111 1111 1111 1111, bisa?",
    advice: "Sudah kami sisihkan. Nomor kartunya tersamar sebelum terkirim, jadi silakan bayar di kasir.",
    asks_for_code: "Boleh kirim kode OTP yang baru masuk?",
    second: "Kapan pesanan saya dikirim?",
    third: "Alamat saya pindah",
    draft: "Baik. Kalau yang ini, 5500 0055 5555 5559?",
    label: "Perlu dikabari",
    sent: "Terkirim",
    card_title: "Teko keramik, 1,2 liter",
    card_text: "Rp289.000, dikirim hari ini. Warna apa yang kami sisihkan?",
    answers: ["Putih", "Hijau tua", "Belum tahu, mau lihat dulu"],
};

const ENGLISH: Words = Words {
    question: "Hello! Is the ceramic teapot still in stock?",
    answer: "Hello, it is: in white and in dark green. Shall we put one aside?",
    card: "Please. My card is 4111 1111 1111 1111, all right?",
    advice: "It is yours. The card number was masked before it was sent, so please pay at the counter.",
    asks_for_code: "Could you send the OTP code that has just come in?",
    second: "When will my order be shipped?",
    third: "I have moved to another address",
    draft: "Good. And this one, 5500 0055 5555 5559?",
    label: "Call back",
    sent: "Sent",
    card_title: "Ceramic teapot, 1.2 litres",
    card_text: "Rp289,000, shipped today. Which colour shall we put aside?",
    answers: ["White", "Dark green", "Not sure, let me look first"],
};

const ARABIC: Words = Words {
    question: "مرحبا! هل ما زال إبريق الخزف متوفرا؟",
    answer: "مرحبا، نعم: بالأبيض وبالأخضر الداكن. هل نحجز لك واحدا؟",
    card: "من فضلكم. بطاقتي 4111 1111 1111 1111 هل يصح ذلك؟",
    advice: "حجزناه لك. حُجب رقم البطاقة قبل إرساله، فادفع عند الاستلام من فضلك.",
    asks_for_code: "هل ترسل رمز OTP الذي وصلك الآن؟",
    second: "متى يُشحن طلبي؟",
    third: "انتقلت إلى عنوان آخر",
    draft: "حسنا. وهذه، 5500 0055 5555 5559؟",
    label: "يُتصل به",
    sent: "تم الإرسال",
    card_title: "إبريق خزف، 1.2 لتر",
    card_text: "السعر 289,000 روبية، ويُشحن اليوم. أي لون نحجز لك؟",
    answers: ["أبيض", "أخضر داكن", "لا أدري، سأنظر أولا"],
};
