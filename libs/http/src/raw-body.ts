import type { Readable } from "node:stream";
import { AppError } from "@parley/contracts";

const NO_BODY = Buffer.alloc(0);

/** True when the request announces a body by its framing. */
export const hasBody = (headers: Record<string, string | string[] | undefined>): boolean =>
  headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";

/**
 * Reads a whole body, byte for byte as it was sent: signatures are over these bytes. Throws `body_too_large` as soon as
 * the limit is passed, `request_timeout` when it takes longer than `timeoutMs` or is cut, `malformed_request` when the sender breaks off.
 */
export function readRawBody(
  payload: Readable,
  { limitBytes, timeoutMs, onCut }: { limitBytes: number; timeoutMs: number; onCut?: (stop: () => void) => void },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (outcome: () => void) => () => {
      clearTimeout(timer);
      payload.off("data", onData).off("end", onEnd).off("error", onBroken).off("close", onBroken);
      outcome();
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limitBytes) finish(() => reject(new AppError("body_too_large")))();
      else chunks.push(chunk);
    };
    const onEnd = finish(() => resolve(chunks.length === 1 ? (chunks[0] ?? NO_BODY) : Buffer.concat(chunks)));
    const onBroken = finish(() => reject(new AppError("malformed_request", { internal: "body broke off" })));
    const onSlow = finish(() => reject(new AppError("request_timeout")));
    const timer = setTimeout(onSlow, timeoutMs);
    payload.on("data", onData).on("end", onEnd).on("error", onBroken).on("close", onBroken);
    onCut?.(onSlow);
  });
}
