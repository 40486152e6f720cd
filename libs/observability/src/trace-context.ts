import { AsyncLocalStorage } from "node:async_hooks";
import { randomFillSync } from "node:crypto";

/** Position of a piece of work in its trace (W3C Trace Context). */
export interface TraceContext {
  /** 32 lower-case hex digits, the same for everything that one request causes. */
  traceId: string;
  /** 16 lower-case hex digits: the current span. */
  spanId: string;
  /** The caller may have recorded it. */
  sampled: boolean;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const NO_SPAN_ID = "0".repeat(16);

/**
 * Reads a `traceparent`; null = there is none, or it breaks the rules and must not be believed. Later versions of the standard
 * begin as this one does.
 */
export function parseTraceparent(text: string | undefined): TraceContext | null {
  const [, version, traceId = "", spanId = "", flags = "", rest] = TRACEPARENT.exec(text ?? "") ?? [];
  if (version === undefined || version === "ff" || (version === "00" && rest !== undefined)) return null;
  if (!TRACE_ID.test(traceId) || spanId === NO_SPAN_ID) return null;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export const formatTraceparent = ({ traceId, spanId, sampled }: TraceContext): string =>
  `00-${traceId}-${spanId}-0${sampled ? 1 : 0}`;

/** A new context; an invalid `traceId` is replaced. */
export function newTrace(traceId?: string): TraceContext {
  const id = traceId !== undefined && TRACE_ID.test(traceId) ? traceId : randomHex(16);
  return { traceId: id, spanId: newSpanId(), sampled: false };
}

export const newSpanId = (): string => randomHex(8);

/** Asking for random bytes costs 3 microseconds, however many. */
const pool = Buffer.alloc(4_096);
let used = pool.length;

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString("hex", used - bytes, used);
}

const storage = new AsyncLocalStorage<TraceContext | undefined>();

export const currentContext = (): TraceContext | undefined => storage.getStore();

export const runInContext = <T>(context: TraceContext | undefined, fn: () => T): T => storage.run(context, fn);
