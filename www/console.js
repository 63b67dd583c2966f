// The console's first step: it starts the agent's application, or says in words that it cannot.
const TEXT = {
  id: "Konsol ini tidak dapat berjalan di peramban ini: WebAssembly diblokir atau berkasnya tidak termuat. Muat ulang halaman, atau pakai peramban lain.",
  en: "This console cannot run in this browser: WebAssembly is blocked or its files did not load. Reload the page, or use another browser.",
};

try {
  const { default: init, mount } = await import("./console_app.js");
  await init({ module_or_path: new URL("console_app_bg.wasm", import.meta.url) });
  await mount();
} catch (error) {
  console.error(error);
  const notice = document.createElement("p");
  notice.className = "notice";
  notice.setAttribute("role", "alert");
  notice.textContent = navigator.language.startsWith("en") ? TEXT.en : TEXT.id;
  document.querySelector("main").replaceChildren(notice);
}
