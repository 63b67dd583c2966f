//! What is looked for, as in `data/kinds.txt`.

use crate::table::{Lengths, Table};

/// What a masked number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The number of a payment card.
    Card,
    /// A card's verification code.
    Cvv,
    /// A card's month and year of expiry, beside its number.
    Expiry,
    /// What a magnetic stripe holds after the card's number.
    Track,
    /// A personal identification number.
    Pin,
    /// A code that came by message.
    Otp,
    /// Indonesian population number (NIK).
    Nik,
    /// Indonesian family card (KK).
    Kk,
    /// Indonesian tax number (NPWP).
    Npwp,
    /// Indonesian social security (BPJS).
    Bpjs,
    /// A passport.
    Passport,
    /// A patient's medical record.
    MedicalRecord,
    /// A bank account beside a bank word.
    BankAccount,
    /// An international bank account number.
    Iban,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A social security number of the United States.
    Ssn,
    /// What a pattern of the site's policy found; see [`Policy`](crate::Policy).
    Custom,
}

impl Kind {
    /// Every kind but [`Kind::Custom`], in the order of the table.
    pub const ALL: [Self; 17] = [
        Self::Card,
        Self::Cvv,
        Self::Expiry,
        Self::Track,
        Self::Pin,
        Self::Otp,
        Self::Nik,
        Self::Kk,
        Self::Npwp,
        Self::Bpjs,
        Self::Passport,
        Self::MedicalRecord,
        Self::BankAccount,
        Self::Iban,
        Self::Phone,
        Self::Email,
        Self::Ssn,
    ];

    /// A name that does not change between versions, such as `bank_account`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Cvv => "cvv",
            Self::Expiry => "expiry",
            Self::Track => "track",
            Self::Pin => "pin",
            Self::Otp => "otp",
            Self::Nik => "nik",
            Self::Kk => "kk",
            Self::Npwp => "npwp",
            Self::Bpjs => "bpjs",
            Self::Passport => "passport",
            Self::MedicalRecord => "medical_record",
            Self::BankAccount => "bank_account",
            Self::Iban => "iban",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Ssn => "ssn",
            Self::Custom => "custom",
        }
    }

    /// Whether every site masks or blocks it, whatever its policy says.
    pub const fn is_always_kept_back(self) -> bool {
        self.row().always
    }

    /// How many digits it may have.
    pub(crate) const fn lengths(self) -> Lengths {
        self.row().lengths
    }

    /// How many digits at its end stay readable by default.
    pub(crate) const fn keep(self) -> u8 {
        self.row().keep
    }

    const fn row(self) -> Row {
        let row = self as usize;
        if row < ROWS.len() { ROWS[row] } else { Row { lengths: Lengths(0), keep: 0, always: false } }
    }
}

/// A line of the table.
#[derive(Clone, Copy)]
struct Row {
    lengths: Lengths,
    keep: u8,
    always: bool,
}

const DATA: Table = Table::new(include_bytes!("../data/kinds.txt"));
const ROWS: [Row; Kind::ALL.len()] = rows();

const fn rows<const N: usize>() -> [Row; N] {
    assert!(DATA.rows() == N, "a kind has no line in the table");
    let mut rows = [Row { lengths: Lengths(0), keep: 0, always: false }; N];
    let (mut table, mut row) = (DATA, 0);
    while row < N {
        let (lengths, rest) = table.past_word().lengths();
        let (keep, rest) = rest.number();
        rows[row] = Row { lengths, keep: keep.to_le_bytes()[0], always: rest.letter().0 == b'a' };
        table = rest.past_line();
        row += 1;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn the_table_names_every_kind_in_order() {
        let lines = include_str!("../data/kinds.txt").lines().filter(|line| !line.starts_with('#'));
        let names: Vec<_> = lines.filter_map(|line| line.split_whitespace().next()).collect();
        assert!(Kind::ALL.iter().map(|kind| kind.name()).eq(names));
        assert!(Kind::ALL.is_sorted());
    }

    #[test]
    fn a_card_and_what_opens_it_are_always_kept_back() {
        let always = Kind::ALL.into_iter().filter(|kind| kind.is_always_kept_back());
        assert!(always.eq([Kind::Card, Kind::Cvv, Kind::Track, Kind::Pin]));
    }
}
