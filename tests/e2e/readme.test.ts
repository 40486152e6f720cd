import { describe, expect, it } from "vitest";
import { docsExamples } from "./docs-example.js";

describe("the README's examples, as printed", () => {
  const { execute } = docsExamples("README.md");

  it("chats with a signed curl", async () => {
    const said = await execute("curl");
    expect(said).toContain('"first_name":"Jack"');
    expect(said).toContain('"status":"active"');
  });

  it("chats in Node", async () => {
    const said = await execute("node", process.execPath, "mjs");
    expect(said).toContain("Nora");
    expect(said).toMatch(/zip_code: '30301'/);
  });

  it("chats in Python", async () => {
    expect(await execute("python", "python3", "py")).toMatch(/Jack.* questions\n$/s);
  });
});
