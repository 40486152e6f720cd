import { createSecrets, parseToken } from "@parley/secrets";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

fc.configureGlobal({ seed: Number(process.env.PARLEY_TEST_SEED) });

const secrets = createSecrets("a master key that is long enough for tests");
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const kind = fc.constantFrom("link" as const, "session" as const, "api" as const);

describe("tokens", () => {
  it("has the documented format: prefix, 12 digits of id, 32 of secret, 6 of checksum", () => {
    for (const [name, prefix] of [
      ["link", "pl_"],
      ["session", "ps_"],
      ["api", "ak_"],
    ] as const) {
      const { token, id, hash, hint } = secrets.issue(name);
      expect(token).toMatch(new RegExp(`^${prefix}[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$`));
      expect(token).toHaveLength(54);
      expect(token.slice(3, 15)).toBe(id);
      expect(hash).toHaveLength(32);
      expect(hint).toBe(`${prefix}…${token.slice(-4)}`);
    }
  });

  it("parses what it issued and verifies the secret against the stored hash only", () => {
    fc.assert(
      fc.property(kind, (name) => {
        const issued = secrets.issue(name);
        const parsed = parseToken(name, issued.token);
        expect(parsed?.id).toBe(issued.id);
        expect(secrets.verify(parsed?.secret ?? "", issued.hash)).toBe(true);
        expect(secrets.verify(parsed?.secret ?? "", secrets.issue(name).hash)).toBe(false);
      }),
    );
  });

  it("never repeats a token", () => {
    const tokens = Array.from({ length: 2000 }, () => secrets.issue("link"));
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(2000);
    expect(new Set(tokens.map(({ id }) => id)).size).toBe(2000);
  });

  it("refuses a token of another kind", () => {
    const { token } = secrets.issue("link");
    expect(parseToken("session", token)).toBeNull();
    expect(parseToken("api", token)).toBeNull();
    expect(parseToken("session", `ps_${token.slice(3)}`)).toBeNull();
  });

  it("refuses every changed character", () => {
    fc.assert(
      fc.property(kind, fc.nat(53), fc.constantFrom(...ALPHABET, "_", "-", " ", "é", "\n", "\0"), (name, at, digit) => {
        const { token } = secrets.issue(name);
        fc.pre(token[at] !== digit);
        expect(parseToken(name, token.slice(0, at) + digit + token.slice(at + 1))).toBeNull();
      }),
      { numRuns: 5000 },
    );
  });

  it("refuses swapped, removed, doubled and added characters", () => {
    const edit = fc.constantFrom(
      (text: string, at: number) => text.slice(0, at) + text.slice(at + 1),
      (text: string, at: number) => text.slice(0, at),
      (text: string, at: number) => text.slice(0, at) + text.charAt(at) + text.slice(at),
      (text: string, at: number) => text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2),
      (text: string) => `${text}\n`,
      (text: string) => ` ${text}`,
      (text: string) => `${text}\0`,
      (text: string) => text.toUpperCase(),
      (text: string) => text.toLowerCase(),
    );
    fc.assert(
      fc.property(kind, fc.nat(53), edit, (name, at, change) => {
        const { token } = secrets.issue(name);
        const changed = change(token, at);
        fc.pre(changed !== token);
        expect(parseToken(name, changed)).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses arbitrary text without throwing", () => {
    fc.assert(
      fc.property(kind, fc.string({ unit: "binary", maxLength: 80 }), (name, text) => {
        expect(parseToken(name, text)).toBeNull();
      }),
    );
  });
});
