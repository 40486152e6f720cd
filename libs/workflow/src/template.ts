import { textOf, variableOf } from "./conditions.js";

const PLACEHOLDER = /\{\{\s*([\p{L}_][\p{L}\p{N}_.-]*)\s*\}\}/gu;

interface Filled {
  text: string;
  /** Names without a value, in order of appearance; they became empty strings. */
  missing: string[];
}

/**
 * Replaces `{{name}}` once: a value that itself contains `{{other}}` stays as it is. `encode` is applied only to values, for texts with a
 * syntax of their own (percent-encoding in URLs, escaping in JSON). `instead` returns the replacement for a name that is not a variable;
 * null = it is a variable.
 */
export function fillTemplate(
  template: string,
  variables: Readonly<Record<string, unknown>>,
  encode: (value: string) => string = (value) => value,
  instead: (name: string) => string | null = () => null,
): Filled {
  const missing: string[] = [];
  const text = template.replace(PLACEHOLDER, (_match, name: string) => {
    const other = instead(name);
    if (other !== null) return other;
    const value = textOf(variableOf(variables, name));
    if (value === null) missing.push(name);
    return value === null ? "" : encode(value);
  });
  return { text, missing };
}

interface Referred extends Filled {
  /** The values of the names in brackets. */
  values: Record<string, string>;
}

/**
 * Replaces `{{name}}` by `[name]` and returns the values separately: an instruction to a model may refer to a visitor's text, but must
 * never contain it.
 */
export function referTemplate(template: string, variables: Readonly<Record<string, unknown>>): Referred {
  const values: Record<string, string> = {};
  const missing: string[] = [];
  const text = template.replace(PLACEHOLDER, (_match, name: string) => {
    const value = textOf(variableOf(variables, name));
    if (value === null) missing.push(name);
    else Object.defineProperty(values, name, { value, enumerable: true, configurable: true, writable: true });
    return value === null ? "" : `[${name}]`;
  });
  return { text, missing, values };
}

/** Names a template uses, without repetition. */
export function templateNames(template: string): string[] {
  return [...new Set([...template.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ""))];
}
