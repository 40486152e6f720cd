import type { AgentTest, TestExpectation } from "@parley/contracts";
import type { RecordedTurn } from "../repository/recordings.js";

/**
 * Makes the last step of a test expect other words than its turn produced. For words of the document, the test fails until the document
 * says them. A test cannot check a model's words, because tests call no model: there the expected words replace the recorded ones, and
 * the test guards the path to them.
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
