import { type Signal, signal } from "@preact/signals";
import type { ServerClock } from "../net/server-clock.js";
import type { SessionInfo } from "../net/session-info.js";

/** When a session ends by itself. All times are of the server's clock, in milliseconds. */
export interface SessionTime {
  readonly clock: ServerClock;
  /** Coarse: at most some seconds old. */
  nowMs: Signal<number>;
  /** The fixed end; null = none known. */
  expiresAtMs: Signal<number | null>;
  /** The end if nobody writes any more; null = not known. */
  quietEndsAtMs: Signal<number | null>;
  /** The idle timeout; null = not known. */
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

/** Applies the server's current state of the session. */
export function takeTimes(time: SessionTime, { expiresAt, quiet }: Pick<SessionInfo, "expiresAt" | "quiet">): void {
  // Time left is counted from now, not from the last tick, which may predate the server's first answer.
  time.nowMs.value = time.clock.nowMs();
  const expires = Date.parse(expiresAt ?? "");
  if (expiresAt !== undefined) time.expiresAtMs.value = Number.isFinite(expires) ? expires : null;
  if (!quiet) return;
  time.quietMs.value = quiet.timeoutSeconds * 1000;
  const ends = Date.parse(quiet.endsAt ?? "");
  if (Number.isFinite(ends)) time.quietEndsAtMs.value = ends;
}

/** Applies times that may be older than those from events: they fill gaps, and never bring an end nearer. */
export function fillTimes(time: SessionTime, info: Pick<SessionInfo, "expiresAt" | "quiet">): void {
  const { expiresAtMs, quietEndsAtMs, quietMs } = time;
  const [expires, quietEnds, quiet] = [expiresAtMs.value, quietEndsAtMs.value, quietMs.value];
  takeTimes(time, info);
  expiresAtMs.value = expires ?? expiresAtMs.value;
  quietMs.value = quiet ?? quietMs.value;
  if (quietEnds !== null && quietEnds > (quietEndsAtMs.value ?? 0)) quietEndsAtMs.value = quietEnds;
}

/** A message was written at this server time: the idle time starts again. */
export function noteSaid(time: SessionTime, at: string | null): void {
  const said = Date.parse(at ?? "");
  const { quietEndsAtMs, quietMs } = time;
  if (!Number.isFinite(said) || quietMs.value === null) return;
  quietEndsAtMs.value = Math.max(quietEndsAtMs.value ?? 0, said + quietMs.value);
}

/** Why the session has expired by now; null = it has not. */
export function reasonOver(
  { expiresAtMs, quietEndsAtMs }: SessionTime,
  nowMs: number,
): "expired" | "idle_timeout" | null {
  if (expiresAtMs.value !== null && expiresAtMs.value <= nowMs) return "expired";
  return quietEndsAtMs.value !== null && quietEndsAtMs.value <= nowMs ? "idle_timeout" : null;
}
