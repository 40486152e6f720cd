import { EXIT, type Io, usageError } from "../io.js";
import { printFields, printJson, printLine } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";

interface ReviewShown {
  verdict: string;
  turn: number | null;
  expected: string | null;
  note: string | null;
  reviewer: string;
  reviewer_name: string | null;
  reviewed_at: string;
}

const at = (session: string): string => `/api/sessions/${encodeURIComponent(session)}/review`;

function print(io: Io, review: ReviewShown, { json }: Globals): number {
  if (json) printJson(io, review);
  else {
    const { verdict, turn, expected, note, reviewer, reviewer_name: name, reviewed_at: when } = review;
    printFields(io, {
      verdict: turn === null ? verdict : `${verdict} in turn ${turn}`,
      ...(expected === null ? {} : { expected }),
      ...(note === null ? {} : { note }),
      ...{ by: name ?? reviewer, at: when },
    });
  }
  return EXIT.ok;
}

/** The verdict on a session. */
export async function showReview(io: Io, session: string, options: Globals): Promise<number> {
  const call = { method: "GET" as const, path: at(session), signal: io.signal };
  const { review } = await ownerTransport(io, options).json<{ review: ReviewShown | null }>(call);
  if (review !== null) return print(io, review, options);
  if (options.json) printJson(io, null);
  else printLine(io, "Nobody has given a verdict.");
  return EXIT.ok;
}

interface GiveOptions extends Globals {
  turn?: number;
  expected?: string;
  note?: string;
  name?: string;
}

/** Gives a verdict, replacing the previous one. */
export async function giveReview(io: Io, session: string, verdict: string, options: GiveOptions): Promise<number> {
  if (verdict !== "good" && verdict !== "wrong") throw usageError("A verdict is good or wrong.");
  const { turn, expected, note, name } = options;
  const body = { verdict, turn, expected, note, name };
  const call = { method: "PUT" as const, path: at(session), body, signal: io.signal };
  return print(io, await ownerTransport(io, options).json<ReviewShown>(call), options);
}

/** Removes a verdict. */
export async function removeReview(io: Io, session: string, options: Globals): Promise<number> {
  const call = { method: "DELETE" as const, path: at(session), signal: io.signal };
  const answer = await ownerTransport(io, options).json(call);
  if (options.json) printJson(io, answer);
  else printLine(io, "removed");
  return EXIT.ok;
}
