import { describe, expect, it } from "vitest";
import { docsExamples } from "./docs-example.js";

describe("the guide to users, as printed", () => {
  const { lines } = docsExamples("docs/users.md");

  it("invites a person and lists them", async () => {
    const [invited, listed] = await lines("users");
    const user = JSON.parse(invited ?? "");
    expect(user).toMatchObject({ email: "grace@example.com", name: "Grace", role: "operator", status: "invited" });
    expect(JSON.parse(listed ?? "").data).toEqual([user]);
  });
});
