import { describe, expect, it } from "vitest";
import { docsExamples } from "./docs-example.js";

describe("the owner's guide to access, as printed", () => {
  const { lines } = docsExamples("docs/access.md");

  it("asks for PIN and consent in the answers it promises", async () => {
    const answers = (await lines("pin")).map((line) => JSON.parse(line));
    expect(answers.map(({ code }) => code)).toEqual(["pin_required", "pin_wrong", "consent_required", undefined]);
    expect(answers[3]).toMatchObject({ session: { status: "active" } });
  });

  it("writes the mail with a code in the requested language", async () => {
    const [answer, subject, ...more] = await lines("mail-language");
    expect(JSON.parse(answer ?? "")).toEqual({ expires_in_seconds: 600, request_id: expect.any(String) });
    expect([subject, more]).toEqual(["Il Suo codice per Clinic Desk", []]);
  });

  it("admits an address once it was approved", async () => {
    const [policy, ...answers] = await lines("approval");
    expect(JSON.parse(policy ?? "")).toMatchObject({ mode: "approval", allowed_emails: ["ada@example.com"] });
    expect(answers).toEqual(["access_pending", "approved", "true", "open"]);
  });

  it("opens the conversation of whom the embedding site vouches for", async () => {
    expect(await lines("identity")).toEqual(["active", "used", "0"]);
  });
});
