//! The browser's entry: takes the server's page over. Nothing else belongs here.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's script once the file is loaded.
#[wasm_bindgen]
pub fn start() {
    app::start();
}
