// Colours of the chat from one: a page asks for them with data-brand. Contrast is WCAG 2's, and at least 4.5 wherever there are words.
// Grounds that words in the accent's colour stand on; styles/tokens.css has them.
const GROUNDS = { light: ["#ffffff", "#f3f6f4", "#eef2f0"], dark: ["#161a19", "#0e1211", "#242b29"] };
const ENOUGH = 4.5;

/** From `#rrggbb` to the values of the properties that styles/tokens.css asks for. */
export function palette(brand) {
  const on = contrast(brand, "#ffffff") >= contrast(brand, "#000000") ? "#ffffff" : "#000000";
  const away = on === "#ffffff" ? "#000000" : "#ffffff";
  const light = accent(brand, GROUNDS.light, "#000000");
  const dark = accent(brand, GROUNDS.dark, "#ffffff");
  return {
    "--own-brand": brand,
    "--own-on-brand": on,
    "--own-brand-deep": mix(brand, away, 0.2),
    "--own-accent": light.accent,
    "--own-tint": light.tint,
    "--own-accent-dark": dark.accent,
    "--own-tint-dark": dark.tint,
  };
}

/** Gives the page these colours; does nothing for what is no colour. */
export default function paint(brand) {
  if (!/^#[\da-f]{6}$/i.test(brand)) return;
  for (const [name, value] of Object.entries(palette(brand.toLowerCase()))) {
    document.documentElement.style.setProperty(name, value);
  }
}

// Nearest to the brand on the way to `end`, which is enough on every ground.
function accent(brand, grounds, end) {
  const tint = mix(grounds[0], brand, 0.1);
  for (let way = 0; way < 1; way += 0.05) {
    const accent = mix(brand, end, way);
    if ([...grounds, tint].every((ground) => contrast(accent, ground) >= ENOUGH)) return { accent, tint };
  }
  return { accent: end, tint };
}

function contrast(one, other) {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = channels(colour).map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mix(from, to, part) {
  const ends = channels(to);
  const mixed = channels(from).map((channel, i) => Math.round(channel + (ends[i] - channel) * part));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}
