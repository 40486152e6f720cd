import { templateNames } from "./template.js";

/** What templates call a secret of their agent: `{{secret.name}}`. */
const PREFIX = "secret.";
/**
 * Stands on both sides of a secret's name in a call that leaves the engine. No value that a call is filled with can hold it: addresses
 * encode control characters, headers and queries lose them. So a visitor who writes `{{secret.name}}` gets those very words sent.
 */
const MARK = "\u0001";
const NAME = "[A-Za-z][A-Za-z0-9_-]{0,63}";
const MARKED = new RegExp(`${MARK}(${NAME})${MARK}`, "g");
const WHOLE_NAME = new RegExp(`^${NAME}$`);

/** The secret that a template's name speaks of; null = it speaks of a variable. */
export function secretOf(name: string): string | null {
  const secret = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : "";
  return WHOLE_NAME.test(secret) ? secret : null;
}

/** Names of templates in a text that begin like a secret's, valid or not. */
export const secretLikeNames = (text: string): string[] =>
  templateNames(text).filter((name) => name.startsWith(PREFIX));

export const markSecret = (secret: string): string => `${MARK}${secret}${MARK}`;

export const withoutMarks = (value: string): string => value.replaceAll(MARK, "");

/** The secrets that a text of a call speaks of. */
export const markedSecrets = (text: string): string[] => [...text.matchAll(MARKED)].map((match) => match[1] ?? "");

/** A text of a call with its secrets, just before it is sent. */
export const fillSecrets = (text: string, valueFor: (secret: string) => string): string =>
  text.replace(MARKED, (_match, secret: string) => valueFor(secret));
