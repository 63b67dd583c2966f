// What is masked: texts, what a page does with each, and what one would write instead.

/** Masks a message: a string in, a string out. */
const message = (input, { segel }) => () => segel.mask(input).length > 0;

/** Masks a file: its bytes in, and what is sent of it stays where it is sealed. */
const file = (input, { page }) => {
  const bytes = encoder.encode(input);
  return () => page.mask_file(bytes) >= 0;
};

/** Looks at a draft, after eight messages. */
const press = (input, { page }) => {
  const composer = new page.Composer();
  return () => composer.press(input) >= 0;
};

/** Texts: what is repeated to so many bytes, what that is called, and what a page does with it. */
const TEXTS = [
  ["prose:2048", "2 KB of prose", message],
  ["mix:2048", "2 KB of numbers", message],
  ["prose:4000", "a key in 4 KB of prose", press],
  ["mix:4000", "a key in 4 KB of numbers", press],
  ["prose:1000000", "1 MB of prose, a message", message],
  ["prose:1000000", "1 MB of prose, a file", file],
  ["mix:1000000", "1 MB of numbers, a message", message],
  ["mix:1000000", "1 MB of numbers, a file", file],
  ["dashes:1000000", "1 MB of 1-1-1-, a file", file],
  ["spaces:1000000", "1 MB of 4 1 1 1, a file", file],
  ["cards:1000000", "1 MB of cards, a file", file],
];

const encoder = new TextEncoder();

/**
 * The rows to measure.
 *
 * @param prose the bench's text without numbers
 * @param mix and the one with them
 * @param libraries `(input) => { name: work }`: what else masks this text
 */
export function rows(prose, mix, libraries) {
  const pieces = { prose, mix, dashes: "1-", spaces: "4 1 1 1 ", cards: "4111111111111111 " };
  return TEXTS.map(([id, name, work]) => {
    const input = text(pieces, id);
    const peers = { "regex+Luhn": () => withRegex(input).length > 0, ...libraries(input) };
    return { id, name, ours: (modules) => work(input, modules), peers };
  });
}

/** As `crates/mask/examples/masking/main.rs` makes it. */
function text(pieces, name) {
  const [piece, size] = name.split(":");
  const whole = encoder.encode(pieces[piece].repeat(Number(size) / pieces[piece].length + 1));
  return new TextDecoder().decode(whole.subarray(0, Number(size)), { stream: true });
}

const CARD = /[0-9](?:[ .-]?[0-9]){11,18}/g;

/** What one would write: a regular expression for 12 to 19 digits, and Luhn. */
const withRegex = (input) => input.replace(CARD, (number) => (holds(number) ? "•".repeat(number.length) : number));

function holds(number) {
  let sum = 0;
  let even = false;
  for (let at = number.length - 1; at >= 0; at -= 1) {
    const digit = number.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) continue;
    const value = even ? digit * 2 : digit;
    sum += value > 9 ? value - 9 : value;
    even = !even;
  }
  return sum % 10 === 0;
}
