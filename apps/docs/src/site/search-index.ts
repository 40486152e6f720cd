import type { Page } from "./markdown.js";

/** A section of a page, as the search knows it. */
export interface SearchEntry {
  /** Its address. */
  at: string;
  page: string;
  /** Its heading; empty = what stands before the first. */
  section: string;
  text: string;
}

/** Enough of a section to find it; its page has the rest. */
const MOST_TEXT = 4_000;
/** Of calls and decisions name and first sentence are what people look for. */
const MOST_OF_REFERENCE = 240;

const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };

const textOf = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? " ")
    .replaceAll(/\s+/g, " ")
    .trim();

const HEADING = /<h[23] id="([^"]+)">([\s\S]*?)<\/h[23]>/;

/** What a reader may look for: every section of every page, in the order of the site. */
export function searchIndex(pages: readonly Page[]): SearchEntry[] {
  return pages.flatMap(({ path, title, html }) => {
    const address = path === "index" ? "/docs" : `/docs/${path}`;
    const most = /^(reference|adr)\//.test(path) ? MOST_OF_REFERENCE : MOST_TEXT;
    return html.split(/(?=<h[23] id=")/).flatMap((part) => {
      const [heading = "", id, name = ""] = HEADING.exec(part) ?? [];
      const body = heading === "" ? part.replace(/<h1[\s\S]*?<\/h1>/, "") : part.slice(heading.length);
      const entry = { at: id === undefined ? address : `${address}#${id}`, page: title, section: textOf(name) };
      return [{ ...entry, text: textOf(body).slice(0, most) }];
    });
  });
}
