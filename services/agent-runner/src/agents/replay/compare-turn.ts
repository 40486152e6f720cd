import { isDeepStrictEqual } from "node:util";
import type { Divergence, TransitionInfo } from "@parley/contracts";
import type { ReplayedTurn } from "./replay-turns.js";

type Difference = Pick<Divergence, "kind" | "expected" | "got">;

/** Longest text that a report quotes. */
const MAX_QUOTE = 500;

/**
 * The first difference between a replayed turn and its record: transitions, variables, messages, in this order.
 *
 * @param sameVersion conditions must match literally too; another version may reword a condition, and only its target counts
 */
export function differenceOf(
  replayed: ReplayedTurn,
  options: { sameVersion: boolean; initialMessage: boolean },
): Difference | null {
  const { turn, run } = replayed;
  const moves = (list: readonly TransitionInfo[]): string[][] =>
    list.map(({ from_node, to_node, condition }) =>
      options.sameVersion ? [from_node, to_node, condition ?? ""] : [from_node, to_node],
    );
  const expected = moves(turn.result?.transitions ?? []);
  const got = moves(replayed.transitions);
  if (run === null) {
    // A turn that left the recorded path asks for calls of another node: the path is the difference.
    const onTheWay = isDeepStrictEqual(got, expected.slice(0, got.length));
    if (!onTheWay) return { kind: "transition", expected: way(expected), got: way(got) };
    const asked = replayed.missing;
    return {
      kind: "missing_call",
      expected: (turn.trace?.calls ?? []).map(({ type, node_id }) => `${type} at ${node_id}`),
      got: asked ? `${asked.type} at ${asked.nodeId}` : "a node that this version does not have",
    };
  }
  if (turn.result === null || run.outcome === null) {
    const before = turn.result === null ? `failed: ${turn.error_code}` : quote(turn.result.response);
    const now = run.outcome === null ? `failed: ${run.failed}` : quote(run.outcome.response);
    return before === now ? null : { kind: "reply", expected: before, got: now };
  }
  const { result } = turn;
  const { outcome } = run;
  const after = moves(outcome.transitions);
  if (!isDeepStrictEqual(after, expected)) return { kind: "transition", expected: way(expected), got: way(after) };
  if (result.session_ended !== outcome.session_ended) {
    return { kind: "transition", expected: ending(result.session_ended), got: ending(outcome.session_ended) };
  }
  if (!isDeepStrictEqual(result.extracted_variables, plain(outcome.extracted_variables))) {
    return { kind: "variables", expected: result.extracted_variables, got: outcome.extracted_variables };
  }
  const said = result.messages.slice(options.initialMessage && turn.kind === "open" ? 1 : 0);
  const words = (messages: readonly { content: string }[]): string[] => messages.map(({ content }) => content);
  if (!isDeepStrictEqual(words(said), words(outcome.messages))) {
    return { kind: "reply", expected: words(said).map(quote), got: words(outcome.messages).map(quote) };
  }
  return null;
}

/** As read from storage. */
const plain = (value: unknown): unknown => (value === null ? null : JSON.parse(JSON.stringify(value)));
const way = (moves: readonly string[][]): string[] =>
  moves.map(([from, to, condition]) => `${from} → ${to}${condition === undefined ? "" : ` (${condition})`}`);
const ending = (ended: boolean): string => (ended ? "the session ended" : "the session went on");
const quote = (text: string): string => (text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}…` : text);
