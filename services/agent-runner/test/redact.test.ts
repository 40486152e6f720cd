import { describe, expect, it } from "vitest";
import { createRedactor } from "../src/agents/to-test/redact.js";

const redactor = createRedactor(
  { email: "jean-luc.picard@starfleet.example", name: "Jean-Luc Picard" },
  { first_name: "Zoë", city: "Bern", order: 12345678, visitor_address: "Hauptstrasse 7" },
);

describe("redaction of a recorded session", () => {
  it.each([
    ["write to Jean-Luc.Picard@starfleet.example or x@y.example", ["starfleet", "x@y", "Luc"]],
    ["call +41 (0)79 123 45 67 now", ["123", "79"]],
    ["card 4111 1111 1111 1111 and IBAN CH93 0076 2011 6238 5295 7", ["4111", "0076", "5295"]],
    ["born 1990-12-24", ["1990", "12-24"]],
    ["arabic digits ٠١٢٣٤٥٦", ["٠١٢"]],
    ["I am PICARD, Zoë's friend from Hauptstrasse", ["picard", "zoë", "hauptstrasse"]],
    ["my key is ak_abcdefghijklmnop and pl_abcdefghijk", ["abcdef"]],
  ])("removes what is identifying or secret from: %s", (text, secrets) => {
    for (const secret of secrets) expect(redactor.text(text).toLowerCase()).not.toContain(secret.toLowerCase());
  });

  it("leaves everything else unchanged: short numbers, other words, parts of words", () => {
    const text = "In Bern 5 zones at 10:30 cost 12.50, Zoëlla and picardie too; zip 30301";
    expect(redactor.text(text)).toBe(text);
  });

  it("uses the same placeholder for the same original, so that a conversation stays coherent", () => {
    const one = redactor.text("Picard, a@b.example, +41 79 123 45 67");
    expect(redactor.text("Picard, A@B.example, +41 79 123 45 67")).toBe(one);
    expect(redactor.text("c@d.example")).not.toContain("person1@");
    expect(redactor.text("PICARD picard Picard")).toMatch(/^([A-Z]+) ([a-z]+) ([A-Z][a-z]+)$/);
  });

  it("redacts nested values and keeps their types", () => {
    const value = { list: ["Picard", 7, null, true], order: 12345678, inner: { mail: "q@r.example" } };
    const redacted = redactor.value(value);
    expect(redacted).toEqual({
      list: [expect.not.stringContaining("Picard"), 7, null, true],
      order: expect.any(Number),
      inner: { mail: expect.stringMatching(/^person\d+@example\.com$/) },
    });
    expect(JSON.stringify(redacted)).not.toContain("12345678");
  });
});
