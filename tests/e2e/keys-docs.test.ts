import { describe, expect, it } from "vitest";
import { docsExamples } from "./docs-example.js";

describe("the guide to keys and repeated calls, as printed", () => {
  const { lines } = docsExamples("docs/keys.md");

  it("makes a key that reads, and lists it without its secret", async () => {
    const [made, listed] = await lines("key");
    const { id, key_id, secret } = JSON.parse(made ?? "");
    expect(JSON.parse(listed ?? "").data).toMatchObject([{ id, key_id, scopes: ["read"], status: "active" }]);
    expect(listed).not.toContain(secret);
  });

  it("creates one token for two equal calls and refuses a third one", async () => {
    const [created, first, again, replayed, second, refused, problem] = await lines("repeat");
    expect([created, again, refused]).toEqual([
      expect.stringContaining("201"),
      expect.stringContaining("201"),
      expect.stringContaining("422"),
    ]);
    expect(second).toBe(first);
    expect(replayed).toBe("idempotent-replayed: true");
    expect(JSON.parse(problem ?? "")).toMatchObject({ code: "idempotency_key_reused" });
  });
});
