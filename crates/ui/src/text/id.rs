//! Indonesian.

use segel_core::show::Refusal;
use segel_mask::Kind;

use super::{DeskText, Text};

pub(super) static TEXT: Text = Text {
    sealed: "Tersegel ujung ke ujung",
    close: "Tutup chat",
    greeting: "Ada yang bisa kami bantu?",
    greeting_sealed: "Pesan Anda disegel di peramban ini. Hanya agen # yang dapat membacanya; server yang meneruskannya tidak bisa.",
    greeting_masked: "Nomor kartu, kode rahasia, dan nomor identitas disamarkan sebelum dikirim.",
    preparing: "Memeriksa identitas dan menyiapkan segel…",
    nobody_enrolled: "Belum ada agen yang bisa menerima pesan. Tulisan Anda tetap tersimpan di sini.",
    awaiting_roster: "Perangkat ini menunggu persetujuan pemilik situs.",
    removed: "Perangkat ini sudah dikeluarkan dari daftar agen. Hubungi pemilik situs.",
    timeline: "Percakapan",
    own: "Anda",
    visitor: "Pengunjung",
    unknown: "Pengirim tak dikenal",
    sending: "Mengirim…",
    sent: "Terkirim",
    delivered: "Sampai",
    read: "Dibaca",
    failed: "Tidak terkirim.",
    retry: "Coba lagi",
    closed: "Pesan ini tidak dapat dibuka.",
    before_enrolment: "Pesan ini tidak disegel untuk perangkat ini, jadi tidak dapat dibuka di sini.",
    withdrawn: "Pesan ini ditarik kembali.",
    withdraw: "Tarik kembali",
    withdraw_why: "Tarik kembali pesan ini? Isinya dihapus di sini, di server, dan di pihak lain. Yang sudah membaca atau menyalinnya tetap memilikinya.",
    claimed: "# bergabung dalam chat",
    transferred: "# menyerahkan chat kepada #",
    released: "# meninggalkan chat",
    taken_over: "# mengambil alih chat",
    has_joined: "# ikut membaca",
    has_left: "# berhenti ikut membaca",
    introduced: "Menurut situs: ini #",
    signed_out: "Menurut situs: tidak ada yang masuk ke akun",
    vouched: "Diteruskan oleh #",
    newer: "Pesan baru",
    today: "Hari ini",
    yesterday: "Kemarin",
    day: "#, ",
    typing: "# sedang mengetik…",
    here: "# di sini",
    write: "Tulis pesan",
    send: "Kirim",
    attach: "Lampirkan berkas",
    file: "Berkas",
    show: "Lihat",
    download: "Unduh",
    save: "Simpan",
    cancel: "Batal",
    take_out: "Hapus",
    file_clean: "Tidak ditemukan nomor kartu dalam berkas ini.",
    file_masked: "Nomor kartu yang disamarkan dalam salinan yang dikirim: #.",
    file_unread: "Isi berkas ini tidak dapat disamarkan. Pastikan tidak ada nomor kartu di dalamnya.",
    left: "Sisa # karakter",
    excess: "Kelebihan # karakter",
    will_send: "Akan dikirim:",
    why_masked: "Data peka disamarkan di peramban ini sebelum pesan disegel.",
    was_masked: "Disamarkan sebelum dikirim: #.",
    warned: "Akan terkirim apa adanya: #. Pastikan memang perlu.",
    blocked: "Situs ini tidak menerima # lewat chat. Hapus dulu agar pesan dapat dikirim.",
    sent_before: "Sebagian # sudah terkirim dalam pesan sebelumnya. Anda dapat menariknya kembali; yang sudah membacanya tetap tahu.",
    caution: "Jangan berikan OTP, PIN, CVV, atau kata sandi kepada siapa pun, termasuk agen.",
    mask_failed: "Pesan ini tidak dapat diperiksa dari data peka, jadi tidak dapat dikirim.",
    offline: "Tidak ada koneksi. Pesan Anda disimpan dan dikirim begitu tersambung.",
    connecting: "Menyambungkan…",
    other_tab: "Sedang terbuka di tab lain. Lanjutkan di sana, atau tutup tab itu untuk memakainya di sini.",
    insecure: "Pesan hanya dapat disegel di halaman yang aman. Buka halaman ini dengan alamat https.",
    store_blocked: "Peramban ini tidak mengizinkan penyimpanan, jadi kunci perangkat tidak dapat disimpan di sini. Izinkan penyimpanan, lalu muat ulang.",
    store_busy: "Yang tersimpan di sini belum dapat dibuka. Tutup tab lain dari situs ini, lalu muat ulang.",
    begin_anew: "Hapus yang tersimpan di sini dan mulai lagi",
    not_kept: "Peramban ini tidak mengizinkan penyimpanan: percakapan ini hilang begitu halaman ditutup.",
    stopped: "Tidak dapat dibuka di sini",
    code: "Kode: #",
    dismiss: "Sembunyikan",
    verify: "Nomor keamanan",
    verify_visitor: "Minta # menyebutkan nomor ini lewat jalan lain, misalnya lewat telepon atau di kasir. Jika kedua belas kelompok sama, tidak ada yang menyusup di antara Anda.",
    verify_later: "Nomor ini ada setelah pesan pertama Anda terkirim.",
    verify_differs: "Jika ada kelompok yang berbeda, jangan tulis hal rahasia di sini dan beri tahu toko.",
    verify_back: "Kembali ke percakapan",
};

pub(super) static DESK: DeskText = DeskText {
    console: "Konsol agen",
    online: "Tersambung",
    connecting: "Menyambungkan…",
    offline: "Tidak ada koneksi",
    inbox: "Percakapan",
    inbox_empty: "Belum ada percakapan",
    inbox_empty_why: "Pesan pengunjung muncul di sini begitu mereka menulis.",
    filter: "Yang ditampilkan",
    filter_mine: "Saya",
    filter_unassigned: "Belum diambil",
    filter_all: "Semua",
    filter_empty: "Saat ini tidak ada di sini.",
    search: "Cari yang pernah dibuka",
    search_empty: "Tidak ditemukan",
    search_where: "Yang dicari adalah nama, pesan terakhir, dan percakapan yang pernah dibuka di tab ini. Tidak ada yang keluar dari peramban ini.",
    waits: "menunggu sejak",
    draft: "Draf",
    notices: "Pemberitahuan di desktop",
    notices_barred: "Pemberitahuan di desktop diblokir di peramban ini",
    notice: "Ada pengunjung yang menulis.",
    keys: "Pintasan papan ketik",
    key_next: "Percakapan berikutnya",
    key_previous: "Percakapan sebelumnya",
    key_claim: "Ambil percakapan",
    key_write: "Tulis pesan",
    key_find: "Cari",
    key_filter: "Saya, belum diambil, semua",
    key_read: "Dari tulisan ke pesan",
    key_help: "Lembar ini",
    keys_why: "Selama Anda mengetik, tombol hanya mengetik.",
    keys_on: "Pakai pintasan papan ketik",
    keys_close: "Tutup",
    title: "Pengunjung #",
    confirmed: "Pengunjung #, dipastikan situs #",
    lapsed: "Terakhir dipastikan sebagai #, #",
    unconfirmed: "Belum pasti: bukti identitas yang diterima tidak sah",
    here: "di sini",
    unread: "# belum dibaca",
    no_preview: "Pesan tersegel",
    back: "Kembali ke daftar",
    choose: "Pilih percakapan untuk membacanya.",
    not_answerable: "Perangkat ini baru terdaftar. Anda dapat menjawab setelah pengunjung menulis lagi.",
    verify_agent: "Sebutkan nomor ini kepada pengunjung lewat jalan lain, misalnya lewat telepon atau di kasir. Jika kedua belas kelompok sama, tidak ada yang menyusup di antara Anda.",
    verify_unknown: "Perangkat ini belum mengenal kunci pengunjung ini. Nomornya muncul setelah pengunjung menulis lagi.",
    free: "Belum dipegang siapa pun",
    mine: "Anda yang memegang",
    mine_short: "Anda",
    held: "Dipegang #",
    joined: "Dipegang #, Anda ikut membaca",
    others: "Percakapan ini dipegang agen lain. Pesan barunya tidak disegel untuk Anda.",
    claim: "Ambil",
    transfer: "Serahkan",
    transfer_to: "Serahkan kepada",
    release: "Lepas",
    takeover: "Ambil alih",
    join: "Ikut membaca",
    leave: "Berhenti membaca",
    enrol: "Daftarkan perangkat ini",
    enrol_no_code: "Buka alamat berisi kode pendaftaran yang diberikan pemilik situs.",
    enrol_making_keys: "Membuat kunci di peramban ini…",
    enrol_waiting: "Kunci sudah dibuat. Menunggu pemilik situs menandatangani daftar perangkat yang baru.",
    enrol_why: "Kunci rahasia dibuat di peramban ini dan tidak pernah meninggalkannya.",
    step_code: "Kode pendaftaran",
    step_keys: "Kunci perangkat",
    step_roster: "Tanda tangan pemilik",
};

pub(super) const WEEKDAYS: [&str; 7] = ["Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"];

pub(super) const MONTHS: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];

pub(super) const fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::WrongRoot => {
            "Identitas bisnis ini tidak cocok dengan kunci yang dipasang di halaman. Demi keamanan, chat tidak dibuka."
        }
        Refusal::RosterAltered => {
            "Daftar agen telah diubah oleh pihak yang tidak berhak. Demi keamanan, chat tidak dibuka."
        }
        Refusal::RosterExpired => {
            "Daftar agen sudah kedaluwarsa dan harus ditandatangani ulang oleh pemilik situs."
        }
        Refusal::RosterOlder => {
            "Server memberi daftar agen yang lebih lama daripada yang pernah dilihat di sini atau yang diizinkan halaman ini. Demi keamanan, chat tidak dibuka."
        }
        Refusal::RosterForked => {
            "Server memberi daftar agen yang saling bertentangan. Demi keamanan, chat tidak dibuka."
        }
        Refusal::RosterMissing => "Server belum memiliki daftar agen untuk situs ini.",
        Refusal::BundleRefused => {
            "Kunci seorang agen tidak ditandatangani oleh perangkatnya sendiri, jadi tidak dipakai."
        }
        Refusal::WeakKey => "Sebuah kunci yang diterima akan membocorkan rahasia, jadi ditolak.",
        Refusal::MessageAltered => "Sebuah pesan diubah di perjalanan, atau berasal dari percakapan lain.",
        Refusal::MessageReplayed => "Sebuah pesan lama dikirim ulang oleh server dan diabaikan.",
        Refusal::UnknownSender => "Pengirim sebuah pesan tidak ada dalam daftar agen yang ditandatangani.",
        Refusal::TooLarge => "Pesan ini terlalu panjang untuk dikirim.",
        Refusal::OriginRefused => "Server menolak alamat asal chat ini.",
        Refusal::PageRefused => {
            "Halaman ini tidak terdaftar sebagai halaman milik bisnis tersebut. Demi keamanan, chat tidak dibuka."
        }
        Refusal::NotAMember => "Perangkat ini tidak berhak atas percakapan tersebut.",
        Refusal::EnrolmentRefused => {
            "Kode pendaftaran ditolak atau sudah pernah dipakai. Mintalah kode baru kepada pemilik situs."
        }
        Refusal::RelayRefused => {
            "Server menjawab dengan sesuatu yang tidak dipahami versi ini. Muat ulang halaman, lalu coba lagi."
        }
        Refusal::StoreBroken => "Yang tersimpan di peramban ini tidak dapat dibaca.",
        Refusal::StoreFailed => "Peramban ini tidak dapat menyimpan pesan, jadi tidak ada yang dikirim.",
        Refusal::MessageStale => {
            "Pesan ini disegel untuk keadaan lama perangkat ini. Pesan itu sudah diminta lagi."
        }
        Refusal::EventsMissing => "Ada pesan dari orang ini yang hilang: server tidak mengantarkan semuanya.",
        Refusal::LogForked => {
            "Server menampilkan percakapan ini berbeda dari sebelumnya, atau dari yang dilihat pihak lain."
        }
        Refusal::RosterOutdated => {
            "Pesan ini disegel dengan daftar agen lama; orang yang sudah keluar mungkin dapat membacanya."
        }
        Refusal::ActRefused => {
            "Yang satu ini tidak berlaku: percakapan sudah berpindah tangan, atau yang menandatanganinya tidak berhak."
        }
        Refusal::HeldByAnother => "Percakapan ini dipegang agen lain.",
        Refusal::NotUnderstood => "Pesan ini berjenis yang belum dapat ditampilkan versi ini.",
        Refusal::AttachmentAltered => "Berkas ini diubah di perjalanan, jadi tidak diserahkan.",
        Refusal::AttachmentMissing => "Server tidak lagi memiliki berkas ini.",
        Refusal::FileEmpty => "Berkas ini kosong.",
        Refusal::FileTooLarge => "Berkas ini lebih besar dari 100 MB.",
        Refusal::FileNameRefused => {
            "Nama berkas ini memuat karakter yang dapat menyesatkan, atau terlalu panjang."
        }
        Refusal::FileTypeRefused => "Jenis berkas ini tidak seperti yang disebutkannya.",
        Refusal::FileUnmasked => {
            "Berkas teks ini tidak dapat diperiksa dari data peka: lebih besar dari 1 MB atau bukan UTF-8."
        }
        Refusal::SourceChanged => "Berkas ini berubah sejak dipilih.",
        Refusal::SourceGone => "Berkas ini tidak dapat dibaca lagi. Pilih sekali lagi.",
        Refusal::QuotaExceeded => "Server tidak punya ruang untuk berkas lagi.",
        Refusal::PolicyRefused => {
            "Situs ini sekarang tidak mengizinkan data peka yang ada di sini dikirim. Tulislah lagi tanpa data itu."
        }
        Refusal::TokenRefused => "Diterima bukti identitas pengunjung yang tidak sah.",
        Refusal::MessageMissing => {
            "Server tidak lagi memilikinya, dan pengirimnya tidak menyatakan telah menariknya kembali."
        }
        Refusal::WithdrawalRefused => {
            "Seseorang mencoba menarik kembali yang bukan haknya. Isinya tetap ada."
        }
    }
}

/// A kind of number, within a sentence.
pub(super) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Card => "nomor kartu",
        Kind::Cvv => "kode keamanan kartu",
        Kind::Expiry => "masa berlaku kartu",
        Kind::Track => "data pita kartu",
        Kind::Pin => "PIN",
        Kind::Otp => "kode OTP",
        Kind::Nik => "NIK",
        Kind::Kk => "nomor kartu keluarga",
        Kind::Npwp => "NPWP",
        Kind::Bpjs => "nomor BPJS",
        Kind::Passport => "nomor paspor",
        Kind::MedicalRecord => "nomor rekam medis",
        Kind::BankAccount => "nomor rekening",
        Kind::Iban => "IBAN",
        Kind::Phone => "nomor telepon",
        Kind::Email => "alamat email",
        Kind::Ssn => "nomor jaminan sosial",
        _ => "nomor yang disamarkan situs ini",
    }
}
