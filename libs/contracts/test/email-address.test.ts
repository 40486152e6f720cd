import { describe, expect, it } from "vitest";
import { normaliseEmail } from "../src/email-address.js";
import { createLinkBody, createSessionBody, publicSessionBody } from "../src/index.js";

const ID = "6bc1814c-5705-4b6e-af99-104b91962282";

describe("the normalised form of an address", () => {
  it.each([
    ["Jürgen@Müller.DE", "jürgen@xn--mller-kva.de"],
    // u and a combining diaeresis are the same letter.
    ["ju\u0308rgen@mu\u0308ller.de", "jürgen@xn--mller-kva.de"],
    ["jürgen@xn--mller-kva.de", "jürgen@xn--mller-kva.de"],
    ["山田@例え.jp", "山田@xn--r8jz45g.jp"],
    ["δοκιμή.a+b@example.com", "δοκιμή.a+b@example.com"],
    [" Ada@Example.COM ", "ada@example.com"],
  ])("of %j is %j", (given, kept) => {
    expect(normaliseEmail(given)).toBe(kept);
  });

  it.each([
    "jürgen",
    "@müller.de",
    "a b@example.com",
    "a\u202eb@example.com",
    "a\u200bb@example.com",
    "a\u0000@example.com",
    "ü..ü@example.com",
    "(ü)@example.com",
    `${"ü".repeat(33)}@example.com`,
  ])("is none of %j", (given) => {
    expect(normaliseEmail(given)).toBeNull();
  });

  it("is stored by every body that names a person", () => {
    const email = "Jürgen@Müller.de";
    const kept = "jürgen@xn--mller-kva.de";
    const signed = { tenant_id: ID, agent_id: "desk", participant: { email } };
    expect(createSessionBody.parse(signed).participant?.email).toBe(kept);
    expect(publicSessionBody.parse({ participant: { email } }).participant?.email).toBe(kept);
    expect(createLinkBody.parse({ recipient: { email } }).recipient?.email).toBe(kept);
  });
});
