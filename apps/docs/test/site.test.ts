import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { rank } from "../src/rank.js";
import { renderGuide } from "../src/site/markdown.js";
import { sitePages, siteSearch } from "../src/site/site.js";
import { readGuides, readOpenApi } from "../src/site/sources.js";

const DOCS = join(import.meta.dirname, "../../../docs");
const api = readOpenApi(DOCS);
const pages = sitePages(readGuides(DOCS), api, { script: "/docs.js", sheet: "/docs.css" });
const byPath = new Map(pages.map(({ path, html }) => [path, html]));
const pageOf = (path: string): string => byPath.get(path) ?? "";

describe("the documentation site", () => {
  it("has a page for each guide and each decision, and each is listed", () => {
    const start = pageOf("index");
    for (const { path } of readGuides(DOCS)) {
      expect(byPath.has(path), path).toBe(true);
      if (path !== "index") expect(start, path).toContain(`href="/docs/${path}"`);
    }
  });

  it("has no broken link, neither to a page nor to a section", () => {
    const dead: string[] = [];
    for (const { path, html } of pages)
      for (const [, page = "", anchor] of html.matchAll(/href="\/docs(?:\/([^"#]*))?(?:#([^"]*))?"/g)) {
        const target = byPath.get(page === "" ? "index" : page);
        if (target === undefined || (anchor !== undefined && !target.includes(`id="${anchor}"`)))
          dead.push(`${path} → ${page}#${anchor ?? ""}`);
      }
    expect(dead).toEqual([]);
  });

  it("references only existing files, including those of the repository", () => {
    const missing = readGuides(DOCS).flatMap(({ path, markdown }) =>
      [...markdown.matchAll(/\]\(((?!https?:|mailto:|#|\/)[^)#\s]+)/g)]
        .map(([, file = ""]) => join(DOCS, dirname(path), file))
        .filter((file) => !existsSync(file))
        .map((file) => `${path}: ${file}`),
    );
    expect(missing).toEqual([]);
  });

  it("describes every call of the API once, with a section of its own", () => {
    const reference = pages.filter(({ path }) => path.startsWith("reference/")).map(({ html }) => html);
    const all = reference.join("");
    for (const [path, methods] of Object.entries(api.paths))
      for (const method of Object.keys(methods))
        expect(all.split(`<b>${method.toUpperCase()}</b> <code>${path}</code>`), `${method} ${path}`).toHaveLength(2);
  });

  it("has no inline script or style, which its policy would refuse", () => {
    for (const { path, html } of pages) {
      // Code of a page is text: what it says of a handler stands outside of every tag.
      expect(html, path).not.toMatch(/<script(?![^>]*\ssrc=)|<style|<[a-z][^>]*\s(?:style|on\w+)=/i);
      const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
      expect(new Set(ids).size, path).toBe(ids.length);
    }
  });

  it("leaves files of the repository as text and writes markup of code as text", () => {
    const guide = renderGuide(
      "a",
      "# A\n\n[b](b.md#x) [c](../c.ts)\n\n```html\n<script>1</script>\n```\n",
      new Set(["b"]),
    );
    expect(guide).toMatchObject({ title: "A", html: expect.stringContaining('<a href="/docs/b#x">b</a> c') });
    expect(guide.html).toContain("&lt;script&gt;");
  });

  it("finds the section that answers a question, at an existing URL", () => {
    const index = siteSearch(readGuides(DOCS), api);
    for (const { at } of index) {
      const [path = "", anchor] = at.replace(/^\/docs\/?/, "").split("#");
      expect(pageOf(path || "index"), at).toContain(anchor === undefined ? "<h1" : `id="${anchor}"`);
    }
    const first = (question: string): string | undefined => rank(index, question)[0]?.at;
    expect(first("create a public link")).toBe("/docs/reference/public-links#post-api-agents-agent-public-links");
    expect(first("unsubscribe list")).toMatch(/^\/docs\/(sending|reference\/suppressions)/);
    expect(first("daylight saving time")).toMatch(/^\/docs\/(sending|reference\/schedules)/);
    expect(rank(index, "webhook secret rotate").length).toBeGreaterThan(0);
    expect(rank(index, "zzz nothing")).toEqual([]);
    expect(rank(index, " ")).toEqual([]);
  });
});
