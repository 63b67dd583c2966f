//! Browser services as small typed rooms (floor 3): everything the core has no hands for.
//!
//! Each service hands out owned values: a listener, a timer, a socket or a lock lives exactly as long as the
//! value that stands for it, and dropping the value ends it. No service knows about sealing or messages: what
//! the [`store`] keeps is sealed bytes to it. The [`driver`] puts the services at an engine's disposal.

pub mod channel;
pub mod clock;
pub mod dom;
pub mod driver;
pub mod files;
pub mod helper;
pub mod http;
pub mod json;
pub mod kept;
pub mod line;
pub mod lock;
pub mod notice;
pub mod page;
pub mod random;
pub mod rest;
pub mod state_key;
pub mod store;
pub mod tab_lock;
pub mod tabs;
pub mod timer;

mod bindings;

/// Smaller than the allocator that comes with Rust.
#[cfg(target_family = "wasm")]
#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
