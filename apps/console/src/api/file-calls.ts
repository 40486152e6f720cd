import { part } from "./address.js";
import type { Caller } from "./call.js";

/** A file takes long on a slow connection. */
const TIMEOUT_MS = 120_000;

/** Files of sessions: those of visitors, and those that operators send. */
export function fileCalls(call: Caller) {
  const at = (session: string): string => `/sessions/${part(session)}/files`;
  return {
    uploadFile: (session: string, file: File, key: string) => {
      const form = new FormData();
      form.set("file", file);
      const headers = { "idempotency-key": key };
      return call<{ id: string; name: string }>(at(session), { method: "POST", form, headers, timeoutMs: TIMEOUT_MS });
    },
    downloadFile: (session: string, id: string) =>
      call<Blob>(`${at(session)}/${part(id)}`, { format: "file", timeoutMs: TIMEOUT_MS }),
  };
}
