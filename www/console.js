// The console's first step: it starts the agent's application, or says in words that it cannot.
// The build puts the languages' sentences for that here, from www/texts.
const TEXT = "texts:console";

const tags = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
const language = tags.find((tag) => Object.hasOwn(TEXT, tag)) ?? "id";
document.documentElement.lang = language;

try {
  const [texts, { default: init, mount }] = await Promise.all([fetchTexts(), import("./console_app.js")]);
  await init({ module_or_path: new URL("console_app_bg.wasm", import.meta.url) });
  // The first line is the direction that the others are written in.
  [document.documentElement.dir] = texts.split("\n", 1);
  await mount(texts, helper);
} catch (error) {
  console.error(error);
  const notice = document.createElement("p");
  notice.className = "notice";
  notice.setAttribute("role", "alert");
  notice.dir = "auto";
  notice.textContent = TEXT[language].failed;
  document.querySelector("main").replaceChildren(notice);
}

// Runs a file of this folder: `this` is its name, and what it is given.
function helper() {
  const [file, ...order] = this;
  return import(`./${file}.js`).then((module) => module.default(...order));
}

async function fetchTexts() {
  const answer = await fetch(new URL(`texts/${language}.txt`, import.meta.url));
  if (!answer.ok) throw new Error(`The texts did not arrive: ${answer.status}`);
  return answer.text();
}
