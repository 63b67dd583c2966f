//! What the sections of the tables are made with.

/// The place of each name of a section, after all of the section `before`.
macro_rules! places {
    ($section:ident, $before:ident, $($name:ident)*) => {
        #[allow(dead_code, non_upper_case_globals, reason = "names are those of the files, and some are asked for by number")]
        pub(super) mod $section {
            #[expect(non_camel_case_types, reason = "counts the names")]
            enum Place { $($name),* }

            pub(in crate::text) const FIRST: usize = super::$before::END;
            pub(in crate::text) const NAMES: &[&str] = &[$(stringify!($name)),*];
            pub(in crate::text) const END: usize = FIRST + NAMES.len();
            $(pub(in crate::text) const $name: usize = FIRST + Place::$name as usize;)*
        }
    };
}

/// A section that is asked by number.
macro_rules! numbered {
    ($section:ident: after $before:ident { $($name:ident,)* }) => { places!($section, $before, $($name)*); };
}

/// A section with a sentence for each variant of an enum: one that is missing here does not compile.
macro_rules! by_variant {
    ($(#[$about:meta])* $section:ident: $of:ident after $before:ident { $($name:ident: $variant:pat,)* }) => {
        places!($section, $before, $($name)*);

        impl Sentences {
            $(#[$about])*
            pub(super) const fn $section(of: $of) -> usize {
                match of {
                    $($variant => $section::$name,)*
                }
            }
        }
    };
}

/// A section that is asked by name: one that is not here does not compile.
macro_rules! by_name {
    ($(#[$about:meta])* $section:ident: $table:ident after $before:ident { $($(#[$doc:meta])* $name:ident,)* }) => {
        places!($section, $before, $($name)*);

        $(#[$about])*
        #[derive(Debug, Clone, Copy)]
        pub struct $table(pub(super) Sentences);

        impl $table {
            $(
                $(#[$doc])*
                pub fn $name(self) -> &'static str {
                    self.0.at($section::$name)
                }
            )*
        }
    };
}
