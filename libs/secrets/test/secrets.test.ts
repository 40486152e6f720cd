import { AppError } from "@parley/contracts";
import { createSecrets } from "@parley/secrets";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

fc.configureGlobal({ seed: Number(process.env.PARLEY_TEST_SEED) });

const KEY = "a master key that is long enough for tests";
const secrets = createSecrets(KEY);
const other = createSecrets(`${KEY}!`);

describe("master key", () => {
  it("refuses a short one", () => {
    expect(() => createSecrets("x".repeat(31))).toThrow(/SECRET_KEY must have at least 32 characters/);
    expect(() => createSecrets("x".repeat(32))).not.toThrow();
  });

  it("gives the same hashes in every process with the same key, and other hashes under another key", () => {
    const again = createSecrets(KEY);
    expect(again.hash("secret")).toEqual(secrets.hash("secret"));
    expect(again.keyedHash("ada@example.com")).toBe(secrets.keyedHash("ada@example.com"));
    expect(other.hash("secret")).not.toEqual(secrets.hash("secret"));
    expect(other.keyedHash("ada@example.com")).not.toBe(secrets.keyedHash("ada@example.com"));
    expect(other.verify("secret", secrets.hash("secret"))).toBe(false);
  });

  it("derives a separate key for each use", () => {
    expect(secrets.keyedHash("value")).not.toBe(secrets.hash("value").toString("hex"));
    expect(secrets.keyedHash("value")).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("verify", () => {
  it("refuses every flipped bit and every other length of the stored hash", () => {
    const hash = secrets.hash("secret");
    for (let bit = 0; bit < hash.length * 8; bit++) {
      const flipped = Buffer.from(hash);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(secrets.verify("secret", flipped)).toBe(false);
    }
    expect(secrets.verify("secret", hash.subarray(0, 31))).toBe(false);
    expect(secrets.verify("secret", Buffer.concat([hash, Buffer.alloc(1)]))).toBe(false);
    expect(secrets.verify("secret", Buffer.alloc(0))).toBe(false);
  });
});

describe("sealed values", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 200 });

  it("open to the original value", () => {
    fc.assert(
      fc.property(text, text, (plain, aad) => {
        expect(secrets.open(secrets.seal(plain, aad), aad)).toBe(plain);
      }),
    );
  });

  it("differ each time and do not show the text", () => {
    const first = secrets.seal("whsec_visible", "row");
    expect(secrets.seal("whsec_visible", "row")).not.toBe(first);
    expect(Buffer.from(first.split(".")[2] ?? "", "base64url").toString("latin1")).not.toContain("visible");
  });

  it("do not open in another row or under another key", () => {
    fc.assert(
      fc.property(text, text, text, (plain, aad, moved) => {
        fc.pre(aad !== moved);
        expect(() => secrets.open(secrets.seal(plain, aad), moved)).toThrow(AppError);
        expect(() => other.open(secrets.seal(plain, aad), aad)).toThrow(AppError);
      }),
    );
  });

  it("do not open after any change", () => {
    fc.assert(
      fc.property(
        text,
        fc.nat(),
        fc.string({ unit: "grapheme-ascii", minLength: 0, maxLength: 2 }),
        (plain, seed, put) => {
          const sealed = secrets.seal(plain, "row");
          const at = seed % sealed.length;
          const changed = sealed.slice(0, at) + put + sealed.slice(at + 1);
          fc.pre(changed !== sealed);
          expect(() => secrets.open(changed, "row")).toThrow(AppError);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe("a change of the master key", () => {
  const [before, after] = ["the master key before the change ....", "the master key after the change ....."] as const;

  it("opens what either key has sealed, seals with the current one, and hashes with the root of the first", () => {
    const old = createSecrets(before);
    const sealed = old.seal("plain", "row");
    const both = createSecrets(after, before);
    expect(both.open(sealed, "row")).toBe("plain");
    expect(both.seal("plain", "row").startsWith(`v1.${createSecrets(after).keyId}.`)).toBe(true);
    expect(() => createSecrets(after).open(sealed, "row")).toThrow(AppError);

    both.useHashRoot(old.newHashRoot(null));
    expect(both.keyedHash("ada")).toBe(old.keyedHash("ada"));
    const alone = createSecrets(after);
    expect(alone.keyedHash("ada")).not.toBe(old.keyedHash("ada"));
    alone.useHashRoot(both.sealedHashRoot());
    expect(alone.keyedHash("ada")).toBe(old.keyedHash("ada"));
    expect(alone.verify("secret", old.hash("secret"))).toBe(true);
    expect(() => createSecrets(after).useHashRoot(old.sealedHashRoot())).toThrow(AppError);
  });

  it.each([
    ["before the change-over", before, after],
    ["after it", after, before],
  ])("takes the first root from the key that has sealed something, %s", (_when, current, other) => {
    const secrets = createSecrets(current, other);
    secrets.useHashRoot(secrets.newHashRoot(createSecrets(before).seal("plain", "row")));
    expect(secrets.keyedHash("ada")).toBe(createSecrets(before).keyedHash("ada"));
  });
});
