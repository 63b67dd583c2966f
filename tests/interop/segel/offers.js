// 5.21 Offers: lines of a text that are answers, a title or a link.
const MOST_ANSWERS = 6;
const ANSWER_CHARS = 40;
const TITLE_CHARS = 80;

// 3.7 says what no name may have in it, and what leaves nothing to be seen.
const MISLEADING = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const INVISIBLE =
  /^[\p{White_Space}\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]*$/u;
const EDGED = /^\p{White_Space}|\p{White_Space}$/u;

const isName = (said, most) =>
  !EDGED.test(said) && [...said].length <= most && !MISLEADING.test(said) && !INVISIBLE.test(said);

const HOST = /^(?=.{1,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const IPV4 = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;

// An address of https in plain ASCII, with a host that shows itself and nothing before it.
function linkOf(line) {
  const match = /^https:\/\/([^/?#]*)[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*$/.exec(line);
  if (!match || /[.,;:!?'*_~]$/.test(line)) return null;
  const [host, port, ...more] = match[1].split(':');
  const leads = (HOST.test(host) || IPV4.test(host)) && more.length === 0 && (port === undefined || /^\d{1,5}$/.test(port));
  return leads ? { address: line, host: match[1] } : null;
}

export function readOffer(said) {
  const lines = said.split('\n');
  const answers = [];
  for (let match; (match = /^\[ (.*) \]$/s.exec(lines.at(-1) ?? '')); lines.pop()) answers.unshift(match[1]);
  const good = answers.every((answer, at) => isName(answer, ANSWER_CHARS) && !answers.slice(0, at).includes(answer));
  if (answers.length > MOST_ANSWERS || !good) return null;
  const dropEmpty = () => {
    while (lines.at(-1) === '') lines.pop();
  };
  dropEmpty();
  const link = lines.slice(0, -1).some((line) => line !== '') ? linkOf(lines.at(-1)) : null;
  if (link) lines.pop();
  const title = /^\*([^*]*)\*$/.exec(lines[0] ?? '')?.[1];
  const titled = title !== undefined && isName(title, TITLE_CHARS);
  if (titled) lines.shift();
  const text = lines.join('\n').replace(/^\n+|\n+$/g, '');
  const offers = (titled || text !== '') && (answers.length > 0 || (titled && link));
  return offers ? { title: titled ? title : '', text, link: link?.address ?? '', host: link?.host ?? '', answers } : null;
}

export const writeOffer = ({ title = '', text = '', link = '', answers }) =>
  [
    ...(title ? [`*${title}*`] : []),
    ...(text ? [text] : []),
    ...(link ? [link] : []),
    ...(answers.length ? ['', ...answers.map((answer) => `[ ${answer} ]`)] : []),
  ].join('\n');
