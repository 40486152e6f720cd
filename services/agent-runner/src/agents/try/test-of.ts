import type { AgentTest, TestStep, TriedStep } from "@parley/contracts";
import type { PlayedStep } from "./play-try.js";

type Asked = Pick<TestStep, "say" | "event" | "after_seconds" | "human">;

/** Longest name that is derived from the visitor's words. */
const NAME_CHARACTERS = 60;

/**
 * The finished steps of a try, as a test that passes against the same document. The test ends before a transfer: another agent has
 * another document.
 */
export function testOf(asked: readonly Asked[], played: readonly PlayedStep[]): AgentTest {
  const left = played.findIndex(({ transferred }) => transferred);
  const done = (left < 0 ? played : played.slice(0, left)).filter(({ got }) => got !== null);
  const [opening, ...steps] = done;
  const words = asked.find(({ say }) => say !== undefined)?.say ?? "the opening";
  const short = words.length > NAME_CHARACTERS ? `${words.slice(0, NAME_CHARACTERS).trim()}…` : words;
  return {
    name: `tried: ${short.replaceAll(/\s+/g, " ").trim()}`,
    version_of_format: 1,
    ...(opening?.got ? { opening: { expect: opening.got } } : {}),
    steps: steps.map(({ input, got }) => ({ ...input, ...(got ? { expect: got } : {}) })),
    answers: done.flatMap(({ step }: { step: TriedStep }) => step.answers),
  };
}
