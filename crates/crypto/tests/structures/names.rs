//! Which names a specification defines, and which it uses.

use std::collections::BTreeSet;

use cddl_cat::ast::{
    Group, GrpEnt, GrpEntVal, Member, MemberKeyVal, NameGeneric, RuleVal, Type, Type1, Type2, TypeControl,
    TypeRange,
};
use cddl_cat::parse_cddl;

/// RFC 8610, appendix D: names that stand for something already.
const PRELUDE: [&str; 40] = [
    "any",
    "uint",
    "nint",
    "int",
    "bstr",
    "bytes",
    "tstr",
    "text",
    "tdate",
    "time",
    "number",
    "biguint",
    "bignint",
    "bigint",
    "integer",
    "unsigned",
    "decfrac",
    "bigfloat",
    "eb64url",
    "eb64legacy",
    "eb16",
    "encoded-cbor",
    "uri",
    "b64url",
    "b64legacy",
    "regexp",
    "mime-message",
    "cbor-any",
    "float16",
    "float32",
    "float64",
    "float16-32",
    "float32-64",
    "float",
    "false",
    "true",
    "bool",
    "nil",
    "null",
    "undefined",
];

/// What is wrong with a specification's names.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Faults {
    pub(crate) undefined: BTreeSet<String>,
    /// Defined twice, or by the prelude already.
    pub(crate) doubled: BTreeSet<String>,
}

impl Faults {
    /// Of a text that must parse.
    pub(crate) fn of(text: &str) -> Self {
        let specification = parse_cddl(text).unwrap();
        let (mut defined, mut used, mut doubled) = (BTreeSet::new(), Used::default(), BTreeSet::new());
        defined.extend(PRELUDE.map(str::to_owned));
        for rule in specification.rules {
            if !defined.insert(rule.name.clone()) {
                doubled.insert(rule.name);
            }
            match &rule.val {
                RuleVal::AssignType(kind) => used.of_type(kind),
                RuleVal::AssignGroup(entry) => used.of_entry(entry),
            }
        }
        Self { undefined: used.0.difference(&defined).cloned().collect(), doubled }
    }
}

#[derive(Default)]
struct Used(BTreeSet<String>);

impl Used {
    fn of_type(&mut self, kind: &Type) {
        for choice in &kind.0 {
            self.of_choice(choice);
        }
    }

    fn of_choice(&mut self, choice: &Type1) {
        match choice {
            Type1::Simple(kind) => self.of_simple(kind),
            Type1::Range(TypeRange { start: one, end: other, .. })
            | Type1::Control(TypeControl { target: one, arg: other, .. }) => {
                self.of_simple(one);
                self.of_simple(other);
            }
        }
    }

    fn of_simple(&mut self, kind: &Type2) {
        match kind {
            Type2::Value(_) => {}
            Type2::Typename(named) | Type2::Unwrap(named) | Type2::Choiceify(named) => self.of_name(named),
            Type2::Parethesized(kind) => self.of_type(kind),
            Type2::Map(group) | Type2::Array(group) | Type2::ChoiceifyInline(group) => self.of_group(group),
        }
    }

    fn of_name(&mut self, NameGeneric { name, generic_args }: &NameGeneric) {
        self.0.insert(name.clone());
        for argument in generic_args {
            self.of_choice(argument);
        }
    }

    fn of_group(&mut self, group: &Group) {
        for entry in group.0.iter().flat_map(|choice| &choice.0) {
            self.of_entry(entry);
        }
    }

    fn of_entry(&mut self, entry: &GrpEnt) {
        match &entry.val {
            GrpEntVal::Member(Member { key, value }) => {
                if let Some(MemberKeyVal::Type1(key)) = key.as_ref().map(|key| &key.val) {
                    self.of_choice(key);
                }
                self.of_type(value);
            }
            GrpEntVal::Groupname(name) => drop(self.0.insert(name.clone())),
            GrpEntVal::Parenthesized(group) => self.of_group(group),
        }
    }
}
