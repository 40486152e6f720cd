import { templateNames } from "./template.js";

/** Prefix of an agent's secret in templates: `{{secret.name}}`. */
const PREFIX = "secret.";
/**
 * Encloses a secret's name in a call that leaves the engine. No filled-in value can contain it: addresses encode control characters,
 * headers and queries remove them. So when a visitor writes `{{secret.name}}`, that literal text is sent.
 */
const MARK = "\u0001";
const NAME = "[A-Za-z][A-Za-z0-9_-]{0,63}";
const MARKED = new RegExp(`${MARK}(${NAME})${MARK}`, "g");
const WHOLE_NAME = new RegExp(`^${NAME}$`);

/** The secret that a template's name refers to; null = it refers to a variable. */
export function secretOf(name: string): string | null {
  const secret = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : "";
  return WHOLE_NAME.test(secret) ? secret : null;
}

/** Names of templates in a text that begin like a secret's, valid or not. */
export const secretLikeNames = (text: string): string[] =>
  templateNames(text).filter((name) => name.startsWith(PREFIX));

export const markSecret = (secret: string): string => `${MARK}${secret}${MARK}`;

export const withoutMarks = (value: string): string => value.replaceAll(MARK, "");

/** The secrets that a text of a call refers to. */
export const markedSecrets = (text: string): string[] => [...text.matchAll(MARKED)].map((match) => match[1] ?? "");

/** A text of a call with its secrets, just before it is sent. */
export const fillSecrets = (text: string, valueFor: (secret: string) => string): string =>
  text.replace(MARKED, (_match, secret: string) => valueFor(secret));
