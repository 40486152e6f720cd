import createDOMPurify from "dompurify";
import { Marked, type Token, type Tokens } from "marked";

/** A block of a text as marked reads it; `raw` is its source. */
export type MarkdownBlock = Token;

/**
 * Text of the model becomes markup in three steps: marked parses blocks, the renderer below writes only the tags it knows (HTML in the text
 * is shown as text, an image as its description), DOMPurify allows only those tags. Nothing in the result makes the browser fetch anything.
 * No element has a direction of its own except code: the block around it takes the direction of its first letter, ignoring elements that
 * have one.
 */
const SAFE_LINK = /^(?:https:\/\/|mailto:)/i;

const PLAIN_ATTRIBUTES = ["rel", "target", "class", "start", "dir", "tabindex"];

/** Created on first use: it needs the window, which programs that import this library for other parts do not have. */
let purifier: ReturnType<typeof createDOMPurify> | null = null;
const PURIFY = {
  ALLOWED_TAGS: [
    ..."p br strong em del code pre ul ol li blockquote h3 h4 h5 hr a span".split(" "),
    ..."table thead tbody tr th td div".split(" "),
  ],
  ALLOWED_ATTR: ["href", ...PLAIN_ATTRIBUTES],
  // DOMPurify checks every other attribute against the link pattern as well, unless it is declared safe.
  ADD_URI_SAFE_ATTR: PLAIN_ATTRIBUTES,
  ALLOWED_URI_REGEXP: SAFE_LINK,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true as const,
};

/** Columns by `---:` and `:---:`; mirrored in right-to-left languages. */
const ALIGNED: Readonly<Record<string, string>> = { right: ' class="end"', center: ' class="center"' };

const markdown = new Marked({ gfm: true, breaks: true, async: false });
markdown.use({
  renderer: {
    html: ({ raw }) => escapeHtml(raw),
    image: ({ text, href }) => link(href, escapeHtml(text || hostOf(href) || href), text),
    link({ href, tokens, text }) {
      return link(href, this.parser.parseInline(tokens), text);
    },
    heading({ tokens, depth }) {
      const tag = depth <= 1 ? "h3" : depth === 2 ? "h4" : "h5";
      return `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`;
    },
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
    code: ({ text }) => `<pre tabindex="0" dir="ltr"><code>${escapeHtml(text)}</code></pre>`,
    table({ header, rows }) {
      const cell = (tag: string, { align, tokens }: Tokens.TableCell): string =>
        `<${tag}${ALIGNED[align ?? ""] ?? ""}>${this.parser.parseInline(tokens)}</${tag}>`;
      const line = (tag: string, items: Tokens.TableCell[]): string =>
        `<tr>${items.map((item) => cell(tag, item)).join("")}</tr>`;
      const body = rows.map((row) => line("td", row)).join("");
      return `<div class="table" tabindex="0"><table><thead>${line("th", header)}</thead><tbody>${body}</tbody></table></div>`;
    },
  },
});

/** Nested quotes and lists up to this depth are parsed; the lexer recurses for each, and the stack is limited. */
const MAX_NESTING = 16;
const NESTED_MARKS = new RegExp(
  String.raw`^((?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))){${MAX_NESTING}})([ \t]*)(?=[>*+-]|\d)`,
  "gm",
);

/**
 * The blocks of a text (paragraphs, lists, …). While a text grows only its last block changes. Marks beyond the deepest nesting are shown
 * as written; a text that cannot be parsed as markdown at all is one block of plain text.
 */
export function markdownBlocks(text: string): MarkdownBlock[] {
  try {
    const shallow = text.replace(NESTED_MARKS, "$1 \u200b");
    return markdown.lexer(shallow).filter((token) => token.type !== "space" && token.type !== "def");
  } catch {
    return [{ type: "text", raw: text, text, escaped: false }];
  }
}

/** One block as DOM nodes. Rendering needs less of the stack than parsing did, so it cannot overflow it. */
export function renderBlock(block: MarkdownBlock): DocumentFragment {
  purifier ??= createDOMPurify(window);
  return purifier.sanitize(markdown.parser([block]), PURIFY);
}

/** What a screen reader announces: the text without its marks. */
export function plainText(text: string): string {
  return markdownBlocks(text)
    .map((block) => renderBlock(block).textContent?.trim() ?? "")
    .filter((part) => part !== "")
    .join("\n");
}

function link(href: string, label: string, text: string): string {
  if (!SAFE_LINK.test(href)) return label;
  const host = hostOf(href);
  // The words of a link are the model's; the host is the truth. It is shown unless the words are the address itself; that they contain it
  // proves nothing: "mybank.example" contains "bank.example".
  const shown =
    host && text !== host && hostOf(text) !== host ? ` <span class="host">(${escapeHtml(host)})</span>` : "";
  const rel = "noopener noreferrer nofollow";
  return `<a href="${escapeHtml(href)}" rel="${rel}" target="_blank">${label}</a>${shown}`;
}

function hostOf(href: string): string | null {
  try {
    const url = new URL(href);
    return url.protocol === "https:" ? url.host : null;
  } catch {
    return null;
  }
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
