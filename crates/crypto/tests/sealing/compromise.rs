//! Section 5.2, *Healing*: what a copy of one side's whole state opens, and when that ends.
