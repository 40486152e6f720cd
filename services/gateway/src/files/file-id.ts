import { createHash } from "node:crypto";
import type { SessionAccess } from "@parley/contracts";

/** The same session and key always give the same id, and nobody else can produce it. */
export function fileIdOf(access: SessionAccess, key: string): string {
  const hex = createHash("sha256")
    .update(`${JSON.stringify(access)}\n${key}`)
    .digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
