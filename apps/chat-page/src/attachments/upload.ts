import { integer, record, text } from "@parley/web-kit";

/** Result of one try. `unreachable` = no answer: the same call is repeated with the same key. */
export type UploadAnswer =
  | { type: "stored"; id: string; name: string; bytes: number }
  | { type: "refused"; status: number; code: string; retryAfterSeconds: number | null }
  | { type: "unreachable" };

export interface Upload {
  url: string;
  /** Identify the session where no cookie does. */
  headers: Record<string, string>;
  file: File;
  /** The server accepts each key once, so a repeat after a lost answer stores nothing twice. */
  key: string;
  signal: AbortSignal;
  /** From 0 to 1. */
  onProgress(share: number): void;
}

const TIMEOUT_MS = 150_000;

/** Uploads one file. XMLHttpRequest, because fetch reports no upload progress. */
export function upload({ url, headers, file, key, signal, onProgress }: Upload): Promise<UploadAnswer> {
  return new Promise((resolve) => {
    const call = new XMLHttpRequest();
    const lost = (): void => resolve({ type: "unreachable" });
    call.open("POST", url);
    call.timeout = TIMEOUT_MS;
    const all = { accept: "application/json", "idempotency-key": key, ...headers };
    for (const [name, value] of Object.entries(all)) call.setRequestHeader(name, value);
    call.upload.onprogress = (event) => onProgress(event.total > 0 ? event.loaded / event.total : 0);
    call.onload = () => resolve(answerOf(call));
    call.onerror = lost;
    call.ontimeout = lost;
    call.onabort = lost;
    signal.addEventListener("abort", () => call.abort(), { once: true });
    const form = new FormData();
    form.append("file", file, file.name);
    call.send(form);
  });
}

function answerOf(call: XMLHttpRequest): UploadAnswer {
  const body = record(parsed(call.responseText));
  const id = text(body.id);
  if (call.status === 201 && id !== null) {
    return { type: "stored", id, name: text(body.name) ?? "", bytes: integer(body.bytes) ?? 0 };
  }
  const after = Number.parseInt(call.getResponseHeader("retry-after") ?? "", 10);
  return {
    type: "refused",
    // A success without an id comes from an intermediary, not from the server.
    status: call.status < 300 ? 502 : call.status,
    code: text(body.code) ?? "internal",
    retryAfterSeconds: Number.isFinite(after) ? after : null,
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
