import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addOwn,
  awaitsAnswer,
  failTurn,
  mergeDelta,
  mergeMessage,
  replaceAll,
  type Transcript,
  updateOwn,
} from "../src/chat/transcript.js";
import type { WireMessage } from "../src/net/session-info.js";

function message(role: "user" | "assistant", turn: number, extra: Partial<WireMessage> = {}): WireMessage {
  const user = role === "user";
  return {
    id: `${role}-${turn}`,
    turnId: `turn-${turn}`,
    clientId: user ? `client-${turn}` : null,
    role,
    content: user ? `question ${turn}` : `answer ${turn} of some length`,
    sequence: turn * 2 - (user ? 1 : 0),
    failed: false,
    createdAt: null,
    ...extra,
  };
}

const texts = (entries: Transcript): string[] => entries.map((entry) => entry.text);
const own = (turn: number) => ({
  clientId: `client-${turn}`,
  text: `question ${turn}`,
  createdAt: "2026-01-01T00:00:00Z",
});

const TURNS = [1, 2, 3];
const complete = TURNS.flatMap((turn) => [message("user", turn), message("assistant", turn)]);
const step = fc.oneof(
  fc.constantFrom(...complete).map((item) => (entries: Transcript) => mergeMessage(entries, item)),
  fc
    .tuple(fc.constantFrom(...TURNS), fc.nat(20), fc.integer({ min: 1, max: 3 }))
    .map(([turn, at, attempt]) => (entries: Transcript) => {
      const text = `answer ${turn} of some length`.slice(at, at + 5);
      return mergeDelta(entries, { turnId: `turn-${turn}`, attempt, part: 0, at, text });
    }),
  fc.constantFrom(...TURNS).map((turn) => (entries: Transcript) => addOwn(entries, own(turn))),
  fc
    .constantFrom(...TURNS)
    .map((turn) => (entries: Transcript) => updateOwn(entries, `client-${turn}`, { turnId: `turn-${turn}` })),
);

describe("transcript", () => {
  it("ends up the same whatever came late, twice or out of order", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const disturbed = steps.reduce<Transcript>((entries, apply) => apply(entries), []);
        expect(new Set(disturbed.map((entry) => entry.key)).size).toBe(disturbed.length);
        const settled = complete.reduce<Transcript>(mergeMessage, disturbed);
        expect(texts(settled)).toEqual(complete.map((item) => item.content));
        expect(awaitsAnswer(settled)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps the place of an own message when the server confirms it", () => {
    const before = addOwn(addOwn([], own(1)), own(2));
    const after = mergeMessage(before, message("user", 1, { sequence: 0 }));
    expect(texts(after)).toEqual(["question 1", "question 2"]);
    expect(after.map((entry) => entry.key)).toEqual(before.map((entry) => entry.key));
  });

  it("puts an answer that is being written under its question and before questions that wait", () => {
    let entries = addOwn(addOwn([], own(1)), own(2));
    entries = updateOwn(entries, "client-1", { delivery: "sending" });
    entries = mergeDelta(entries, { turnId: "turn-1", attempt: 1, part: 0, at: 0, text: "so" });
    expect(texts(entries)).toEqual(["question 1", "so", "question 2"]);
  });

  it("puts a greeting that is being written before the first question", () => {
    let entries = mergeDelta([], { turnId: "turn-0", attempt: 1, part: 0, at: 0, text: "Hello" });
    entries = updateOwn(addOwn(entries, own(1)), "client-1", { delivery: "sending" });
    expect(texts(entries)).toEqual(["Hello", "question 1"]);
  });

  it("shows nothing for a silent answer, and awaits no more", () => {
    const asked = mergeMessage([], message("user", 1));
    expect(awaitsAnswer(asked)).toBe(true);
    const silent = mergeMessage(asked, message("assistant", 1, { content: "" }));
    expect(texts(silent)).toEqual(["question 1"]);
    expect(awaitsAnswer(silent)).toBe(false);
  });

  it("withdraws half an answer when its turn failed, but never a finished one", () => {
    let entries = mergeMessage([], message("user", 1));
    entries = mergeDelta(entries, { turnId: "turn-1", attempt: 1, part: 0, at: 0, text: "half" });
    const failed = failTurn(entries, "turn-1", "model_timeout");
    expect(failed.map((entry) => entry.role === "user" && entry.delivery)).toEqual(["failed"]);
    const finished = mergeMessage(entries, message("assistant", 1));
    expect(texts(failTurn(finished, "turn-1", "model_timeout"))).toEqual(["question 1", "answer 1 of some length"]);
  });

  it("keeps messages the server has not seen when the whole state is replaced", () => {
    const before = addOwn(mergeMessage([], message("user", 1)), own(2));
    const after = replaceAll(before, [message("user", 3), message("assistant", 3)]);
    expect(texts(after)).toEqual(["question 3", "answer 3 of some length", "question 2"]);
  });
});
