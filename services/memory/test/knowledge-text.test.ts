import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkText } from "../src/knowledge/chunk-text.js";
import { fuseRanks } from "../src/knowledge/fuse-ranks.js";
import { readDocument } from "../src/knowledge/read-document.js";
import { pdfOf } from "./sample-pdf.js";

fc.configureGlobal({ seed: Number(process.env.PARLEY_TEST_SEED) });

const size = { most: 1_200, overlap: 150 };
const small = { most: 60, overlap: 20 };
const squeezed = (text: string): string => text.replace(/\s+/g, "");

describe("text chunks", () => {
  it("begin at headings, carry the heading path, and keep code fences whole", () => {
    const text =
      "Intro.\n\n# A\n\none\ntwo\n\nthree\n\n## B #\n\n```sh\n# no heading\n\necho\n```\n\n# C\n\nlast\n\n## empty\n\n## D\n\nend";
    expect(chunkText(text, size)).toEqual([
      { heading: "", text: "Intro." },
      { heading: "A", text: "one\ntwo\n\nthree" },
      { heading: "A > B", text: "```sh\n# no heading\n\necho\n```" },
      { heading: "C", text: "last" },
      { heading: "C > D", text: "end" },
    ]);
  });

  it("are cut at sentences, otherwise at words, and repeat the end of the previous one", () => {
    const chunks = chunkText("The first sentence is here. The second follows it. A third one ends the text.", small);
    expect(chunks.map(({ text }) => text)).toEqual([
      "The first sentence is here. The second follows it.",
      "second follows it.\nA third one ends the text.",
    ]);
  });

  it("are made from a line of megabytes within seconds, whatever it looks like", () => {
    const gap = " ".repeat(2_000_000);
    for (const line of [`# a${gap}b`, `# ${"#".repeat(2_000_000)}b`, "a ".repeat(1_000_000), ". ".repeat(1_000_000)]) {
      const startedAt = performance.now();
      expect(chunkText(line, size).length).toBeGreaterThan(0);
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    }
  });

  it("lose no character and stay within their size limit, whatever the text", () => {
    const piece = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.constantFrom("\n", "\n\n", ". ", "。", "word ", "🦭🦭🦭", "x".repeat(90)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        // Headings and fences have rules of their own.
        const text = pieces.join("").replace(/[#`~]/g, "");
        const chunks = chunkText(text, { ...small, overlap: 0 });
        expect(squeezed(chunks.map((chunk) => chunk.text).join(""))).toBe(squeezed(text));
        for (const chunk of chunkText(text, small)) {
          expect(chunk.text.length).toBeLessThanOrEqual(small.most + small.overlap + 1);
          expect(chunk.text).not.toMatch(/\p{Surrogate}/u);
        }
      }),
    );
  });
});

describe("knowledge documents", () => {
  it("are read from HTML with headings, lists and tables, but without what a reader does not see", async () => {
    const html = `<html><head><title>t</title><style>p{}</style></head><body><nav>Menu</nav><h1>Prices</h1>
      <p>An <b>MRI</b> costs&nbsp;400&#8364;.</p><h2>Less</h2><ul><li>Children: half</li></ul>
      <p style="display: none">hidden one</p><p hidden>hidden two</p><div aria-hidden="true">hidden three</div>
      <table><tr><td>Knee</td><td>300</td></tr></table><script>alert("no")</script><!-- hidden four --></body></html>`;
    const text = await readDocument(Buffer.from(html), "text/html");
    expect(text).toContain("An MRI costs 400€.");
    expect(text).not.toMatch(/hidden|alert|Menu/);
    expect(chunkText(text, size).map(({ heading }) => heading)).toEqual(["Prices", "Prices > Less"]);
    expect(text).toContain("Knee | 300");
  });

  it("that are longer or deeper than any page do not block the process", async () => {
    const startedAt = performance.now();
    const rows = "<tr><td>a</td><td>b</td></tr>".repeat(20_000);
    expect((await readDocument(Buffer.from(`<table>${rows}</table>`), "text/html")).split("\n")).toHaveLength(20_000);
    const unclosed = "<p>one<ul><li>two</ul>".repeat(5_000);
    expect(await readDocument(Buffer.from(unclosed), "text/html")).toContain("two");
    await expect(readDocument(Buffer.from(`${"<div>".repeat(200_000)}x`), "text/html")).rejects.toMatchObject({
      code: "document_unreadable",
    });
    for (const open of [`x<${"a".repeat(1_000_000)}`, `x<a${" ".repeat(1_000_000)}`, "x<a ".repeat(300_000)]) {
      expect(await readDocument(Buffer.from(open), "text/html")).toContain("x");
    }
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });

  it("are read from PDF page by page", async () => {
    const text = await readDocument(pdfOf(["An MRI costs 400.", "Parking is free."]), "application/pdf");
    expect(text).toContain("An MRI costs 400.");
    expect(text.indexOf("Parking is free.")).toBeGreaterThan(text.indexOf("An MRI"));
  });

  it("lose characters that hide something, but keep those that scripts and emoji need", async () => {
    const text = await readDocument(
      Buffer.from("a\u0000b\u202Ec\u{E0041}d\u200Be\u00ADf می\u200Cروم 👩\u200D🦰"),
      "text/plain",
    );
    expect(text).toBe("abcdef می\u200Cروم 👩\u200D🦰");
  });

  it("are refused when they have no text, are damaged, or are not UTF-8", async () => {
    const refused = { code: "document_unreadable" };
    const whole = pdfOf(["x"]);
    await expect(readDocument(pdfOf([""]), "application/pdf")).rejects.toMatchObject(refused);
    await expect(readDocument(whole.subarray(0, 40), "application/pdf")).rejects.toMatchObject(refused);
    await expect(readDocument(Buffer.from([0x61, 0xff]), "text/markdown")).rejects.toMatchObject(refused);
    await expect(readDocument(Buffer.from("<script>x</script>"), "text/html")).rejects.toMatchObject(refused);
  });
});

describe("reciprocal rank fusion", () => {
  const hits = (...ids: string[]) => ids.map((documentId, index) => ({ documentId, n: 0, score: 9 - index }));
  const settings = { rrf_k: 60, fts_weight: 0.4, vector_weight: 0.6, top_k: 10 };
  const order = (fts: string[], vector: string[], more = {}) =>
    fuseRanks({ fts: hits(...fts), vector: hits(...vector) }, { ...settings, ...more }).map(
      ({ documentId }) => documentId,
    );

  it("ranks what both methods found first, then by weight, and cuts at top_k", () => {
    expect(order(["a", "b"], ["c", "b"])).toEqual(["b", "c", "a"]);
    expect(order(["a"], ["c"], { fts_weight: 0.7, vector_weight: 0.3 })).toEqual(["a", "c"]);
    expect(order(["a", "b"], ["c", "b"], { top_k: 1 })).toEqual(["b"]);
    expect(order(["a"], ["c"], { fts_weight: 1, vector_weight: 0 })).toEqual(["a"]);
  });

  it("scores by the sum of weight divided by k plus rank", () => {
    const [first] = fuseRanks({ fts: hits("a"), vector: hits("b", "a") }, settings);
    expect(first).toMatchObject({ documentId: "a", fts: { rank: 1 }, vector: { rank: 2 } });
    expect(first?.score).toBeCloseTo(0.4 / 61 + 0.6 / 62, 12);
  });
});
