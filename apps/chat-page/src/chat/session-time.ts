import { type Signal, signal } from "@preact/signals";
import type { ServerClock } from "../net/server-clock.js";
import type { SessionInfo } from "../net/session-info.js";

/** When a session ends by itself. All times are of the server's clock, in milliseconds. */
export interface SessionTime {
  readonly clock: ServerClock;
  /** Coarse: what it shows is at most some seconds old. */
  nowMs: Signal<number>;
  /** The end that nothing moves; null = none known. */
  expiresAtMs: Signal<number | null>;
  /** The end if nothing more is said; null = not known. */
  quietEndsAtMs: Signal<number | null>;
  /** How long it may be quiet; null = not known. */
  quietMs: Signal<number | null>;
}

export function createSessionTime(clock: ServerClock): SessionTime {
  return {
    clock,
    nowMs: signal(clock.nowMs()),
    expiresAtMs: signal<number | null>(null),
    quietEndsAtMs: signal<number | null>(null),
    quietMs: signal<number | null>(null),
  };
}

export function forgetTimes(time: SessionTime): void {
  time.expiresAtMs.value = null;
  time.quietEndsAtMs.value = null;
  time.quietMs.value = null;
}

/** Takes what the server says of the session as it is now. */
export function takeTimes(time: SessionTime, { expiresAt, quiet }: Pick<SessionInfo, "expiresAt" | "quiet">): void {
  // What is left is counted from now, not from the last look at the clock, which may have been before the server was heard.
  time.nowMs.value = time.clock.nowMs();
  const expires = Date.parse(expiresAt ?? "");
  if (expiresAt !== undefined) time.expiresAtMs.value = Number.isFinite(expires) ? expires : null;
  if (!quiet) return;
  time.quietMs.value = quiet.timeoutSeconds * 1000;
  const ends = Date.parse(quiet.endsAt ?? "");
  if (Number.isFinite(ends)) time.quietEndsAtMs.value = ends;
}

/** Takes what may be older than what events have told: it fills gaps, and never brings an end nearer. */
export function fillTimes(time: SessionTime, info: Pick<SessionInfo, "expiresAt" | "quiet">): void {
  const { expiresAtMs, quietEndsAtMs, quietMs } = time;
  const [expires, quietEnds, quiet] = [expiresAtMs.value, quietEndsAtMs.value, quietMs.value];
  takeTimes(time, info);
  expiresAtMs.value = expires ?? expiresAtMs.value;
  quietMs.value = quiet ?? quietMs.value;
  if (quietEnds !== null && quietEnds > (quietEndsAtMs.value ?? 0)) quietEndsAtMs.value = quietEnds;
}

/** Something was said at this time of the server: the quiet begins again. */
export function noteSaid(time: SessionTime, at: string | null): void {
  const said = Date.parse(at ?? "");
  const { quietEndsAtMs, quietMs } = time;
  if (!Number.isFinite(said) || quietMs.value === null) return;
  quietEndsAtMs.value = Math.max(quietEndsAtMs.value ?? 0, said + quietMs.value);
}

/** Why the time is over by now; null = it is not. */
export function reasonOver(
  { expiresAtMs, quietEndsAtMs }: SessionTime,
  nowMs: number,
): "expired" | "idle_timeout" | null {
  if (expiresAtMs.value !== null && expiresAtMs.value <= nowMs) return "expired";
  return quietEndsAtMs.value !== null && quietEndsAtMs.value <= nowMs ? "idle_timeout" : null;
}
