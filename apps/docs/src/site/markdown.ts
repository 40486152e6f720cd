import { dirname, join } from "node:path/posix";
import { Marked, type Tokens } from "marked";
import { escapeHtml, headingId } from "./html.js";

interface Heading {
  id: string;
  text: string;
}

/** A page of the site. */
export interface Page {
  /** Its address below `/docs`; `index` is `/docs` itself. */
  path: string;
  title: string;
  html: string;
  /** Sections, for its table of contents. */
  headings: Heading[];
}

/** A copy button beside each block of code; without a script it is not there. */
export const codeBlock = (code: string, language = ""): string =>
  `<div class="code"><pre tabindex="0"><code data-language="${escapeHtml(language)}">${escapeHtml(code)}</code></pre></div>`;

/** Sentences of the API document: emphasis, code and links, no blocks. */
export const inlineMarkdown = (text: string): string => new Marked().parseInline(text, { async: false });

/**
 * A guide as HTML. Links between guides become addresses of this site; those to files of the repository become plain text, because a
 * server does not serve its sources.
 *
 * @param path address of the guide below `/docs`, against which its links are resolved
 * @param known addresses of all guides
 */
export function renderGuide(path: string, markdown: string, known: ReadonlySet<string>): Page {
  const headings: Heading[] = [];
  let title = path;
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading) {
        const id = headingId(text.replace(/[`*]/g, ""));
        if (depth === 1) title = plain(text);
        if (depth === 2) headings.push({ id, text: plain(text) });
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      code: ({ text, lang }: Tokens.Code) => codeBlock(text, lang),
      table({ header, rows }: Tokens.Table) {
        const cells = (row: Tokens.TableCell[], tag: string): string =>
          `<tr>${row.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("")}</tr>`;
        const body = rows.map((row) => cells(row, "td")).join("");
        return `<div class="table" tabindex="0"><table><thead>${cells(header, "th")}</thead><tbody>${body}</tbody></table></div>\n`;
      },
      link({ href, tokens }: Tokens.Link) {
        const text = this.parser.parseInline(tokens);
        const address = addressOf(path, href, known);
        return address === null ? text : `<a href="${escapeHtml(address)}">${text}</a>`;
      },
    },
  });
  const html = marked.parse(markdown.replaceAll(/<!--[\s\S]*?-->\n?/g, ""), { async: false });
  return { path, title, html, headings };
}

const plain = (text: string): string => text.replaceAll(/[`*]/g, "");

/** Where a link of a guide leads on this site; null = to a file that is not served. */
function addressOf(from: string, href: string, known: ReadonlySet<string>): string | null {
  if (/^(https?:|mailto:|#|\/)/.test(href)) return href;
  const [file = "", anchor] = href.split("#");
  const target = join(dirname(from), file);
  if (target === "openapi.json") return "/openapi.json";
  const guide = target.replace(/\.md$/, "");
  if (!file.endsWith(".md") || !known.has(guide)) return null;
  return `/docs/${guide}${anchor === undefined ? "" : `#${anchor}`}`;
}
