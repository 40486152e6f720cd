import { escapeHtml } from "../escape-html.js";

/** The head of a page without script or reference to anything else, so that it opens anywhere and sends nothing. */
export const pageHead = (title: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${escapeHtml(title)}</title><style>body{font:1rem/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}dt{font-weight:600}dd{margin:0 0 .5rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere}</style></head><body><h1>${escapeHtml(title)}</h1>`;
export const PAGE_END = "</body></html>\n";

/** `address_confirmed` in readable form. */
const nameOf = (key: string): string => key.replaceAll("_", " ");

/** Any record in readable form: names and values, lists as lists. All text is escaped, never interpreted. */
function asReadable(value: unknown): string {
  if (value === null || value === undefined || value === "") return "none";
  if (Array.isArray(value)) {
    if (value.length === 0) return "none";
    return `<ol>${value.map((item) => `<li>${asReadable(item)}</li>`).join("")}</ol>`;
  }
  if (typeof value === "object") {
    const members = Object.entries(value);
    if (members.length === 0) return "none";
    return `<dl>${members.map(([key, one]) => `<dt>${escapeHtml(nameOf(key))}</dt><dd>${asReadable(one)}</dd>`).join("")}</dl>`;
  }
  return `<span dir="auto">${escapeHtml(String(value))}</span>`;
}

export const readablePage = (title: string, value: unknown): string => pageHead(title) + asReadable(value) + PAGE_END;

/** A list of links to other pages of the same export. */
export const linksTo = (pages: readonly { href: string; title: string }[]): string =>
  `<ul>${pages.map(({ href, title }) => `<li><a href="${escapeHtml(encodeURI(href))}">${escapeHtml(title)}</a></li>`).join("")}</ul>`;

interface Said {
  at?: unknown;
  role?: unknown;
  author?: unknown;
  author_name?: unknown;
  content?: unknown;
}

/** One message of a transcript. */
export function saidHtml({ at, role, author, author_name: name, content }: Said): string {
  const who = author === "human" ? String(name ?? "Operator") : role === "user" ? "Person" : "Agent";
  return `<dt>${escapeHtml(who)}, <time>${escapeHtml(String(at))}</time></dt><dd dir="auto">${escapeHtml(String(content))}</dd>`;
}
