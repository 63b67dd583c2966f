// Opens the chat from the page's own buttons; the queue works before and after Segel's loader has arrived.
window.Segel = window.Segel || [];
for (const button of document.querySelectorAll("[data-chat]")) {
  button.addEventListener("click", () => window.Segel.push(["open"]));
}
