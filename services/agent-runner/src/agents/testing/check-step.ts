import { isDeepStrictEqual } from "node:util";
import type { StepOutcome, TestExpectation } from "@parley/contracts";
import { matchPattern } from "@parley/llm";

/** Longest text that a reason quotes. */
const MAX_QUOTE = 300;

/** Why an outcome differs from the expected one, a sentence for each failed expectation. */
export function reasonsAgainst(expected: TestExpectation, got: StepOutcome): string[] {
  const reasons: string[] = [];
  const expect = (holds: boolean, reason: string): void => {
    if (!holds) reasons.push(reason);
  };
  const { path, node, reply, reply_contains: part, reply_matches: pattern, variables, model_calls, ended } = expected;
  if (path !== undefined)
    expect(isDeepStrictEqual(path, got.path), `path: expected ${way(path)}, got ${way(got.path)}`);
  if (node !== undefined) expect(node === got.node, `node: expected ${node}, got ${got.node}`);
  if (reply !== undefined) expect(reply === got.reply, `reply: expected ${quote(reply)}, got ${quote(got.reply)}`);
  if (part !== undefined) {
    expect(got.reply.includes(part), `reply: expected it to contain ${quote(part)}, got ${quote(got.reply)}`);
  }
  if (pattern !== undefined) {
    expect(
      matchPattern(pattern, got.reply) !== null,
      `reply: expected it to match ${quote(pattern)}, got ${quote(got.reply)}`,
    );
  }
  for (const [name, value] of Object.entries(variables ?? {})) {
    const found = Object.hasOwn(got.variables, name) ? got.variables[name] : null;
    expect(
      isDeepStrictEqual(found, value),
      `variable ${name}: expected ${quote(value)}, got ${Object.hasOwn(got.variables, name) ? quote(found) : "nothing"}`,
    );
  }
  if (model_calls !== undefined) {
    expect(model_calls === got.model_calls, `model calls: expected ${model_calls}, got ${got.model_calls}`);
  }
  if (ended !== undefined) {
    expect(ended === got.ended, ended ? "the session was expected to end" : "the session was not expected to end");
  }
  return reasons;
}

const way = (nodes: readonly string[]): string => (nodes.length === 0 ? "no transition" : nodes.join(" → "));

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}…` : text;
}
