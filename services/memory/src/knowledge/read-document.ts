import { AppError, type KnowledgeMediaType } from "@parley/contracts";
import { convert, type Formatter } from "html-to-text";
import { getDocumentProxy } from "unpdf";
import type { Chunk } from "./chunk-text.js";
import { inflatesBeyond } from "./inflated-bytes.js";
import { asChunks, cleaned, decoded, MAX_CHARACTERS } from "./read-plain.js";

/** Maximum nesting of elements. */
const MAX_DEPTH = 500;
const MAX_PAGES = 3_000;
/** Maximum inflated text of a PDF, per page and in total; a page of a book has about ten kilobytes. */
const MAX_INFLATED = { stream: 8_388_608, all: 134_217_728 };

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxy>>;
/** The searchable chunks of a document. Throws as `readDocument`. */
export const chunksOf = async (data: Buffer, mediaType: KnowledgeMediaType): Promise<Chunk[]> =>
  asChunks(await readDocument(data, mediaType));

/**
 * The text of a document, with headings as markdown where the format has any. Time and memory are not bounded here: call it in a
 * separate process. Throws `document_unreadable` when there is no text, or the bytes are not what the media type says;
 * `input_too_costly` when it inflates beyond the limits of a document.
 */
export async function readDocument(data: Buffer, mediaType: KnowledgeMediaType): Promise<string> {
  return cleaned(await textOf(data, mediaType));
}

async function textOf(data: Buffer, mediaType: KnowledgeMediaType): Promise<string> {
  switch (mediaType) {
    case "application/pdf":
      return textOfPdf(data);
    case "text/html":
      return textOfHtml(decoded(data));
    case "text/markdown":
    case "text/plain":
      return decoded(data);
  }
}

async function textOfPdf(data: Buffer): Promise<string> {
  if (inflatesBeyond(data, MAX_INFLATED)) throw new AppError("input_too_costly");
  try {
    // Scripts of a document are never run, and nothing outside of it is fetched.
    const settings = { isEvalSupported: false, disableFontFace: true, verbosity: 0 };
    const pdf = await getDocumentProxy(new Uint8Array(data), settings);
    try {
      return await textOfPages(pdf);
    } finally {
      await pdf.destroy();
    }
  } catch (cause) {
    throw new AppError("document_unreadable", { cause });
  }
}

/** Page by page, so that a document with endless text is given up. */
async function textOfPages(pdf: PdfDocument): Promise<string> {
  if (pdf.numPages > MAX_PAGES) throw new Error("too many pages");
  const pages: string[] = [];
  let characters = 0;
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const text = items.map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : "")).join("");
    page.cleanup();
    characters += text.length;
    if (characters > MAX_CHARACTERS) throw new Error("more than a document should hold");
    pages.push(text);
  }
  return pages.join("\n\n");
}

const asHeading: Formatter = (element, walk, builder, { level = 1 }) => {
  builder.openBlock({ leadingLineBreaks: 2 });
  builder.addLiteral(`${"#".repeat(level)} `);
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 2 });
};

/** Content that a reader of the page does not see must not reach a model. */
const UNSEEN = [
  "script",
  "style",
  "noscript",
  "template",
  "svg",
  "nav",
  "[hidden]",
  '[aria-hidden="true"]',
  '[style*="display:none"]',
];
const UNSEEN_TOO = ['[style*="display: none"]', '[style*="visibility:hidden"]', '[style*="visibility: hidden"]'];

/** Elements that end without an end tag; all others nest. */
const NOT_NESTING = new Set(
  "area base br col embed hr img input link meta source track wbr p li td th tr thead tbody tfoot dt dd option optgroup colgroup rt rp".split(
    " ",
  ),
);

/** Whether elements are nested deeper than on any real page: walking such a document would overflow the stack. */
function isTooDeep(html: string): boolean {
  let depth = 0;
  for (const [, end, name = "", empty] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)(?=[\s/>])[^<>]*?(\/?)>/gi)) {
    if (NOT_NESTING.has(name.toLowerCase()) || empty === "/") continue;
    depth = Math.max(0, depth + (end === "/" ? -1 : 1));
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

function textOfHtml(html: string): string {
  if (isTooDeep(html)) throw new AppError("document_unreadable");
  try {
    return convert(html, {
      wordwrap: false,
      limits: { maxInputLength: MAX_CHARACTERS * 2, maxDepth: 200 },
      formatters: { asHeading },
      selectors: [
        ...[1, 2, 3, 4, 5, 6].map((level) => ({ selector: `h${level}`, format: "asHeading", options: { level } })),
        { selector: "a", options: { ignoreHref: true } },
        { selector: "img", format: "skip" },
        // Rows as lines: laying out a long table in columns takes minutes.
        { selector: "table", format: "block" },
        { selector: "tr", format: "block", options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
        ...["td", "th"].map((selector) => ({ selector, format: "inlineSurround", options: { suffix: " | " } })),
        ...[...UNSEEN, ...UNSEEN_TOO].map((selector) => ({ selector, format: "skip" })),
      ],
    });
  } catch (cause) {
    throw new AppError("document_unreadable", { cause });
  }
}
