import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findKnowledgeFiles } from "../src/commands/knowledge-files.js";

describe("the files of a knowledge base", () => {
  const root = mkdtempSync(join(tmpdir(), "parley-files-"));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const paths = ["a.md", "b.PDF", "c.png", "deep/a.md", "deep/er/x+y.txt", "deep/.git/hidden.md", "wörter/ß.html"];
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), "text");
  }
  const namesOf = async (...given: string[]) =>
    (await findKnowledgeFiles(given.map((path) => join(root, path)))).map(({ name }) => name);

  it("in a folder are its documents at any depth, named by their path, without hidden files", async () => {
    expect(await namesOf("")).toEqual(["a.md", "b.PDF", "deep/a.md", "deep/er/x+y.txt", "wörter/ß.html"]);
    const found = await findKnowledgeFiles([root]);
    expect(found.find(({ name }) => name === "b.PDF")).toMatchObject({ mediaType: "application/pdf" });
  });

  it("are those that match a pattern: * within a folder, ** across folders", async () => {
    expect(await namesOf("*.md")).toEqual(["a.md"]);
    expect(await namesOf("**/*.md")).toEqual(["a.md", "deep/a.md"]);
    expect(await namesOf("deep/**")).toEqual(["a.md", "er/x+y.txt"]);
    expect(await namesOf("deep/er/x+?.txt", "a.md")).toEqual(["a.md", "x+y.txt"]);
  });

  it("are each uploaded once, and two of one name are refused instead of replacing each other", async () => {
    expect(await namesOf("a.md", "*.md", "")).toEqual([
      "a.md",
      "b.PDF",
      "deep/a.md",
      "deep/er/x+y.txt",
      "wörter/ß.html",
    ]);
    await expect(namesOf("a.md", "deep/a.md")).rejects.toMatchObject({ exitCode: 2 });
  });

  it.each([["nothing.md"], ["c.png"], ["no/where/*.md"], ["deep/*.pdf"]])(
    "refuse %j with exit code 2",
    async (path) => {
      await expect(namesOf(path)).rejects.toMatchObject({ exitCode: 2 });
    },
  );
});
