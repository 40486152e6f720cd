import { assertNever } from "./assert-never.js";
import type { ApiAnswer } from "./calls.js";

export type Condition =
  | { type: "always" }
  | { type: "user_responded" }
  | { type: "contains"; folded: string }
  | { type: "max_turns"; turns: number }
  | { type: "timeout"; seconds: number }
  | { type: "variables_extracted"; names: string[] }
  | { type: "extraction_failed"; names: string[] }
  | { type: "variable_equals"; name: string; folded: string }
  | { type: "intent"; id: string }
  | { type: "intent.no_match" }
  | { type: "api_success" }
  | { type: "api_failed" }
  | { type: "api_status"; status: number }
  | { type: "api_response_contains"; folded: string }
  | { type: "handed_back" };

type ConditionProblem = { code: "bad_condition" | "deprecated_field"; message: string };
export type ParsedCondition = { ok: true; condition: Condition } | ({ ok: false } & ConditionProblem);

/**
 * Comparable form of a text: canonical composition, then upper case of the lower case. Upper case comes last because lower-casing depends
 * on context (the Greek final sigma), which would break substring tests; ß becomes SS as in case folding.
 */
function foldCase(text: string): string {
  return text.normalize("NFC").toLowerCase().toUpperCase().normalize("NFC");
}

const PLAIN = ["always", "user_responded", "api_success", "api_failed", "handed_back"] as const;

const bad = (message: string): ParsedCondition => ({ ok: false, code: "bad_condition", message });
const good = (condition: Condition): ParsedCondition => ({ ok: true, condition });

function positiveInteger(text: string): number | null {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

function nameList(text: string): string[] | null {
  const names = text.split(",").map((name) => name.trim());
  return names.every((name) => name !== "") ? names : null;
}

const WITH_ARGUMENT: Record<string, (argument: string) => ParsedCondition> = {
  contains: (word) =>
    word.trim() === "" ? bad("contains: needs a word") : good({ type: "contains", folded: foldCase(word.trim()) }),
  max_turns: (text) => {
    const turns = positiveInteger(text.trim());
    return turns === null ? bad("max_turns: needs a whole number of at least 1") : good({ type: "max_turns", turns });
  },
  timeout: (text) => {
    const match = /^(\d{1,9}(?:\.\d{1,3})?)s$/.exec(text.trim());
    const seconds = Number(match?.[1] ?? 0);
    return seconds > 0 ? good({ type: "timeout", seconds }) : bad("timeout: needs seconds above 0, as in timeout:30s");
  },
  variables_extracted: (text) => {
    const names = nameList(text);
    return names ? good({ type: "variables_extracted", names }) : bad("variables_extracted: needs variable names");
  },
  extraction_failed: (text) => {
    const names = nameList(text);
    return names ? good({ type: "extraction_failed", names }) : bad("extraction_failed: needs variable names");
  },
  variable_equals: (text) => {
    const split = text.indexOf("=");
    const name = text.slice(0, split).trim();
    if (split < 1 || name === "") return bad("variable_equals: needs name=value");
    return good({ type: "variable_equals", name, folded: foldCase(text.slice(split + 1).trim()) });
  },
  intent: (text) => {
    const id = text.trim();
    if (id === "") return bad("intent: needs an intent id");
    return good(id === "no_match" ? { type: "intent.no_match" } : { type: "intent", id });
  },
  api_status: (text) =>
    /^[1-5]\d\d$/.test(text.trim())
      ? good({ type: "api_status", status: Number(text.trim()) })
      : bad("api_status: needs an HTTP status, as in api_status:404"),
  api_response_contains: (text) =>
    text.trim() === ""
      ? bad("api_response_contains: needs a text")
      : good({ type: "api_response_contains", folded: foldCase(text.trim()) }),
};

/** Parses a configured condition string. A sentence without a known keyword is the old free-text form. */
export function parseCondition(text: string): ParsedCondition {
  const trimmed = text.trim();
  const plain = PLAIN.find((keyword) => keyword === trimmed);
  if (plain) return good({ type: plain });
  const colon = trimmed.indexOf(":");
  const keyword = colon < 0 ? trimmed : trimmed.slice(0, colon);
  if (Object.hasOwn(WITH_ARGUMENT, keyword)) {
    if (colon < 0) return bad(`${keyword} needs an argument after a colon`);
    return WITH_ARGUMENT[keyword]?.(trimmed.slice(colon + 1)) ?? bad("unknown condition");
  }
  if (/\s/.test(keyword.trim())) {
    return { ok: false, code: "deprecated_field", message: "free-text conditions are no longer read; use intent:<id>" };
  }
  return bad("unknown condition");
}

/** The facts that conditions are tested against. */
export interface ConditionFacts {
  /** User input of this turn; empty without one. */
  text: string;
  nodeTurns: number;
  secondsInNode: number;
  variables: Readonly<Record<string, unknown>>;
  handedBack: boolean;
  /** Classified intent for this input and node: null = none reached the threshold, undefined = not classified yet. */
  intent: string | null | undefined;
  /** Answer to the node's HTTP call; null = it failed, undefined = none was made. */
  api: ApiAnswer | null | undefined;
}

/** `ask` = undecided until the node's intents are classified. */
export type Verdict = "yes" | "no" | "ask";

export function variableOf(variables: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(variables, name) ? (variables[name] ?? null) : null;
}

/** The text form of a variable: strings as they are, other values as JSON; null when missing. */
export function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : (JSON.stringify(value) ?? null);
}

/** A tested condition, with the facts it was tested against. */
export interface TestedCondition {
  nodeId: string;
  /** As configured. */
  condition: string;
  target: string;
  verdict: Verdict;
  facts: {
    text: string;
    nodeTurns: number;
    secondsInNode: number;
    /** Only those named by the condition. */
    variables: Record<string, unknown>;
    /** Null = none reached the threshold; absent = not classified. */
    intent?: string | null;
    /** Status of the node's HTTP call; null = no answer; absent = none was made. */
    apiStatus?: number | null;
  };
}

/** The record of a test: with the few facts that the condition reads. */
export function testedCondition(
  nodeId: string,
  { condition, label, target }: { condition: Condition; label: string; target: string },
  { verdict, facts }: { verdict: Verdict; facts: ConditionFacts },
): TestedCondition {
  const names = "names" in condition ? condition.names : "name" in condition ? [condition.name] : [];
  return {
    nodeId,
    condition: label,
    target,
    verdict,
    facts: {
      text: facts.text,
      nodeTurns: facts.nodeTurns,
      secondsInNode: facts.secondsInNode,
      variables: Object.fromEntries(names.map((name) => [name, variableOf(facts.variables, name)])),
      ...(facts.intent === undefined ? {} : { intent: facts.intent }),
      ...(facts.api === undefined ? {} : { apiStatus: facts.api?.status ?? null }),
    },
  };
}

const isSuccess = (api: ApiAnswer | null | undefined): boolean => !!api && api.status >= 200 && api.status <= 299;

const verdict = (holds: boolean): Verdict => (holds ? "yes" : "no");

export function testCondition(condition: Condition, facts: ConditionFacts): Verdict {
  switch (condition.type) {
    case "always":
      return "yes";
    case "user_responded":
      return verdict(facts.text.trim() !== "");
    case "contains":
      return verdict(foldCase(facts.text).includes(condition.folded));
    case "max_turns":
      return verdict(facts.nodeTurns >= condition.turns);
    case "timeout":
      return verdict(facts.secondsInNode >= condition.seconds);
    case "variables_extracted":
      return verdict(condition.names.every((name) => variableOf(facts.variables, name) !== null));
    case "extraction_failed":
      return verdict(condition.names.some((name) => variableOf(facts.variables, name) === null));
    case "variable_equals": {
      const value = textOf(variableOf(facts.variables, condition.name));
      return verdict(value !== null && foldCase(value.trim()) === condition.folded);
    }
    case "intent":
    case "intent.no_match":
      // An empty input cannot be classified, so neither "matched" nor "no match" was found.
      if (facts.text.trim() === "") return "no";
      if (facts.intent === undefined) return "ask";
      return verdict(condition.type === "intent" ? facts.intent === condition.id : facts.intent === null);
    case "handed_back":
      return verdict(facts.handedBack);
    case "api_success":
      return verdict(isSuccess(facts.api));
    case "api_failed":
      return verdict(facts.api !== undefined && !isSuccess(facts.api));
    case "api_status":
      return verdict(facts.api?.status === condition.status);
    case "api_response_contains":
      return verdict(facts.api ? foldCase(facts.api.body).includes(condition.folded) : false);
    default:
      return assertNever(condition);
  }
}
