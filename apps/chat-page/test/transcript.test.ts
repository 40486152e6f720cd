import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addOwn,
  awaitsAnswer,
  closeTurn,
  failTurn,
  mergeDelta,
  mergeMessage,
  replaceAll,
  type Transcript,
} from "../src/chat/transcript.js";
import type { WireMessage } from "../src/net/session-info.js";

fc.configureGlobal({ seed: Number(process.env.PARLEY_TEST_SEED) });

function message(role: "user" | "assistant", turn: number, extra: Partial<WireMessage> = {}): WireMessage {
  const user = role === "user";
  return {
    id: `${role}-${turn}`,
    turnId: `turn-${turn}`,
    clientId: user ? `client-${turn}` : null,
    role,
    content: user ? `question ${turn}` : `answer ${turn} of some length`,
    part: 0,
    status: "done",
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
const PARTS = [0, 1];
const log = TURNS.flatMap((turn) => [
  message("user", turn, { status: "pending" }),
  ...PARTS.map((part) => message("assistant", turn, { part, content: `answer ${turn}.${part} at length` })),
]);
const disturbance = fc.oneof(
  fc
    .record({
      turn: fc.constantFrom(...TURNS),
      part: fc.constantFrom(...PARTS),
      at: fc.nat(20),
      attempt: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ turn, part, at, attempt }) => (entries: Transcript) => {
      const text = `answer ${turn}.${part} at length`.slice(at, at + 5);
      return mergeDelta(entries, { turnId: `turn-${turn}`, attempt, part, at, text });
    }),
  fc.constantFrom(...TURNS).map((turn) => (entries: Transcript) => addOwn(entries, own(turn))),
  fc.nat(log.length - 1).map((index) => (entries: Transcript) => {
    // What was told already may be told again, by a poll or after a reconnect.
    const repeated = log[index];
    const known = entries.some((entry) => entry.turnId !== null && entry.turnId === repeated?.turnId);
    return repeated && known ? mergeMessage(entries, repeated) : entries;
  }),
);

describe("transcript", () => {
  it("shows the log in order, even when events arrive early, late or twice", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(disturbance, { maxLength: 6 }), { minLength: log.length, maxLength: log.length }),
        (gaps) => {
          let entries: Transcript = [];
          // Deltas of a turn come after its message was accepted; everything else may come at any time.
          for (const [index, told] of log.entries()) {
            entries = mergeMessage(entries, told);
            for (const disturb of gaps[index] ?? []) {
              const next = disturb(entries);
              const early = next.some(
                (entry) => entry.turnId !== null && !entries.some((known) => known.turnId === entry.turnId),
              );
              if (!early) entries = next;
            }
            expect(new Set(entries.map((entry) => entry.key)).size).toBe(entries.length);
          }
          for (const turn of TURNS) entries = closeTurn(entries, `turn-${turn}`);
          expect(texts(entries)).toEqual(log.map((told) => told.content));
          expect(awaitsAnswer(entries)).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("keeps an own message the same when the server confirms it", () => {
    const before = addOwn(addOwn([], own(1)), own(2));
    const after = mergeMessage(before, message("user", 1, { status: "pending" }));
    expect(texts(after)).toEqual(["question 1", "question 2"]);
    expect(after.map((entry) => entry.key)).toEqual(before.map((entry) => entry.key));
  });

  it("puts a streaming answer under its question and before waiting questions", () => {
    let entries = addOwn(addOwn([], own(1)), own(2));
    entries = mergeMessage(entries, message("user", 1, { status: "pending" }));
    entries = mergeDelta(entries, { turnId: "turn-1", attempt: 1, part: 0, at: 0, text: "so" });
    expect(texts(entries)).toEqual(["question 1", "so", "question 2"]);
  });

  it("orders turns by number, even when an earlier one arrives late", () => {
    let entries = mergeMessage([], message("user", 2, { turnId: "abc.2", status: "pending" }));
    entries = mergeDelta(entries, { turnId: "abc.1", attempt: 1, part: 0, at: 0, text: "Hello" });
    entries = mergeMessage(entries, message("user", 10, { turnId: "abc.10", status: "pending" }));
    expect(texts(entries)).toEqual(["Hello", "question 2", "question 10"]);
  });

  it("discards the text of a lower attempt when a higher one begins, in every part", () => {
    let entries = mergeMessage([], message("user", 1, { status: "pending" }));
    entries = mergeDelta(entries, { turnId: "turn-1", attempt: 1, part: 0, at: 0, text: "first" });
    entries = mergeDelta(entries, { turnId: "turn-1", attempt: 1, part: 1, at: 0, text: "more" });
    entries = mergeDelta(entries, { turnId: "turn-1", attempt: 2, part: 0, at: 0, text: "anew" });
    expect(texts(entries)).toEqual(["question 1", "anew"]);
    expect(mergeDelta(entries, { turnId: "turn-1", attempt: 1, part: 0, at: 5, text: "late" })).toBe(entries);
  });

  it("shows nothing for a silent turn, and stops waiting", () => {
    const asked = mergeMessage([], message("user", 1, { status: "pending" }));
    expect(awaitsAnswer(asked)).toBe(true);
    const silent = closeTurn(asked, "turn-1");
    expect(texts(silent)).toEqual(["question 1"]);
    expect(awaitsAnswer(silent)).toBe(false);
  });

  it("removes a partial answer when its turn failed, but never a finished one", () => {
    let entries = mergeMessage([], message("user", 1, { status: "pending" }));
    entries = mergeDelta(entries, { turnId: "turn-1", attempt: 1, part: 0, at: 0, text: "half" });
    const failed = failTurn(entries, "turn-1", "model_timeout");
    expect(failed.map((entry) => entry.role === "user" && entry.delivery)).toEqual(["failed"]);
    const finished = mergeMessage(entries, message("assistant", 1));
    expect(texts(failTurn(finished, "turn-1", "model_timeout"))).toEqual(["question 1", "answer 1 of some length"]);
  });

  it("keeps messages that the server has not seen when the whole state is replaced", () => {
    const before = addOwn(mergeMessage([], message("user", 1)), own(2));
    const after = replaceAll(before, [message("user", 3), message("assistant", 3)]);
    expect(texts(after)).toEqual(["question 3", "answer 3 of some length", "question 2"]);
  });
});
