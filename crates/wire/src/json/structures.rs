//! Structures: one line says which fields a type has in JSON.

/// A structure that is read, each field under its own name or another: `json_read!(Type { first, second = "2nd" })`.
#[macro_export]
macro_rules! json_read {
    ($type:ty { $($field:ident $(= $name:literal)?),* $(,)? }) => {
        impl $crate::json::FromJson for $type {
            fn from_json(value: &impl $crate::json::Parsed) -> Option<Self> {
                Some(Self { $($field: $crate::json::field(value, $crate::json_name!($field $($name)?))?),* })
            }
        }
    };
}

/// A structure that is written, likewise: `json_write!(Type { first, second = "2nd" })`.
#[macro_export]
macro_rules! json_write {
    ($type:ty { $($field:ident $(= $name:literal)?),* $(,)? }) => {
        impl $crate::json::ToJson for $type {
            fn to_json(&self, to: &mut $crate::json::Writer) {
                to.object(|to| {
                    $(to.field($crate::json_name!($field $($name)?), &self.$field);)*
                });
            }
        }
    };
}

/// The name of a field in JSON.
#[doc(hidden)]
#[macro_export]
macro_rules! json_name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $name:literal) => {
        $name
    };
}
