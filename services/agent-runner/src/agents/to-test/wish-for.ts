import type { AgentTest, TestExpectation } from "@parley/contracts";
import type { RecordedTurn } from "../repository/recordings.js";

/**
 * The last step of a test expects other words than were said in its turn. Words of the document fail until the document says them. What
 * a model says no test can ask for, because tests ask no model: there the words take the place of the recorded ones, and the test guards
 * the way to them.
 */
export function wishFor(
  test: AgentTest,
  { seq, kind, trace }: RecordedTurn,
  expected: string | null,
): { test: AgentTest; notes: string[] } {
  if (expected === null) {
    const note = `turn ${seq} was found wrong: say in its \`expect\` what it shall lead to`;
    return { test: expecting(test, kind, {}), notes: [note] };
  }
  const wished = expecting(test, kind, { reply_contains: expected });
  const spoken = (trace?.calls ?? []).findLast(({ type, failed }) => type === "llm.reply" && failed === null);
  const at = (test.answers ?? []).findLastIndex(({ call, node }) => call === "reply" && node === spoken?.node_id);
  if (spoken === undefined || at < 0) return { test: wished, notes: [] };
  const answers = (test.answers ?? []).map((answer, index) => (index === at ? { ...answer, text: expected } : answer));
  const note = `a model spoke in turn ${seq}: its words are replaced by those that were wanted; whether it says them shows a try`;
  return { test: { ...wished, answers }, notes: [note] };
}

function expecting(test: AgentTest, kind: string, expect: TestExpectation): AgentTest {
  if (kind === "open") return { ...test, opening: { expect } };
  return { ...test, steps: test.steps.map((step, at) => (at === test.steps.length - 1 ? { ...step, expect } : step)) };
}
