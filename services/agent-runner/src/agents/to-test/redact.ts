/** What is known about the person of a session. */
export interface Person {
  email?: string | undefined;
  name?: string | undefined;
  identifier?: string | undefined;
}

const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
/** Digits with the usual separators: phone, card, account and customer numbers, dates. */
const NUMBER = /\+?\p{Nd}(?:[\p{Nd}\s().\-/]*\p{Nd})?/gu;
const LEAST_DIGITS = 6;
/** Tokens and keys of this product and of model providers. */
const KEY = /\b(?:pl_|ps_|ak_|whsec_|sk-)[A-Za-z0-9_\-+/=]{8,}/g;

/** Names of variables whose values are personal. */
const PERSONAL =
  /name|mail|phone|mobile|address|street|birth|dob|ssn|passport|iban|account|contact|surname|vorname|nachname|telefon|adresse/i;

const STAND_INS = ["Alex", "Sam", "Robin", "Kim", "Charlie", "Taylor", "Jordan", "Morgan", "Casey", "Riley"];
/** Shorter words are too likely to be part of something else. */
const LEAST_NAME = 2;

export interface Redactor {
  text(text: string): string;
  /** Strings and long numbers anywhere inside. */
  value(value: unknown): unknown;
}

/**
 * Removes what identifies a person from texts: e-mail addresses, keys, numbers of six digits and more, and the words known to name the
 * person. The same original gets the same stand-in everywhere, so that a conversation stays consistent.
 */
export function createRedactor(person: Person, variables: Readonly<Record<string, unknown>>): Redactor {
  const names = standInsFor(person, variables);
  const emails = new Map<string, string>();
  const pattern = names.size === 0 ? null : wordPattern([...names.keys()]);

  const text = (given: string): string => {
    const parts = given
      .replace(KEY, "[key]")
      .replace(EMAIL, (found) => numbered(emails, found.toLowerCase(), (n) => `person${n}@example.com`))
      .replace(NUMBER, (found) => (digitsIn(found) < LEAST_DIGITS ? found : maskDigits(found)));
    return pattern === null
      ? parts
      : parts.replace(pattern, (found) => matchCase(found, names.get(fold(found)) ?? "X"));
  };
  const value = (given: unknown): unknown => {
    if (typeof given === "string") return text(given);
    if (typeof given === "number")
      return String(given).length < LEAST_DIGITS ? given : Number(maskDigits(String(given)));
    if (Array.isArray(given)) return given.map(value);
    if (typeof given !== "object" || given === null) return given;
    return Object.fromEntries(Object.entries(given).map(([key, inner]) => [key, value(inner)]));
  };
  return { text, value };
}

function standInsFor(person: Person, variables: Readonly<Record<string, unknown>>): Map<string, string> {
  const personal = Object.entries(variables).flatMap(([name, value]) =>
    typeof value === "string" && PERSONAL.test(name) ? [value] : [],
  );
  const local = person.email?.split("@")[0]?.split(/[._+\-\d]+/) ?? [];
  const known = [person.name, person.identifier, ...personal].filter((text) => text !== undefined);
  const words = [...known.flatMap((text) => text.split(/[^\p{L}\p{M}'’-]+/u)), ...local];
  const names = new Map<string, string>();
  for (const word of words) {
    if (word.length < LEAST_NAME || names.has(fold(word))) continue;
    const round = Math.floor(names.size / STAND_INS.length);
    names.set(fold(word), `${STAND_INS[names.size % STAND_INS.length]}${round === 0 ? "" : "o".repeat(round)}`);
  }
  return names;
}

const fold = (word: string): string => word.normalize("NFC").toLowerCase();

/** The words as whole words, the longest first. */
function wordPattern(words: string[]): RegExp {
  const escaped = words
    .sort((a, b) => b.length - a.length)
    .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(?<![\\p{L}\\p{M}])(?:${escaped.join("|")})(?![\\p{L}\\p{M}])`, "giu");
}

function matchCase(found: string, standIn: string): string {
  if (found === found.toLowerCase()) return standIn.toLowerCase();
  return found.length > 1 && found === found.toUpperCase() ? standIn.toUpperCase() : standIn;
}

function numbered(known: Map<string, string>, key: string, make: (n: number) => string): string {
  const standIn = known.get(key) ?? make(known.size + 1);
  known.set(key, standIn);
  return standIn;
}

const digitsIn = (text: string): number => text.match(/\p{Nd}/gu)?.length ?? 0;

/** Keeps length and separators: `+49 170 1234567` becomes `+55 501 0010010`. */
function maskDigits(text: string): string {
  const cycle = "5550100100";
  let at = 0;
  return text.replace(/\p{Nd}/gu, () => cycle[at++ % cycle.length] ?? "0");
}
