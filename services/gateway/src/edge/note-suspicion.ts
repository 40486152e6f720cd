import type { SecurityNotes } from "./security-notes.js";
import { suspiciousContent } from "./suspicious-content.js";
import type { Visit } from "./visitor.js";

/** Blocks nothing: the owner learns which rules a message matched, not its text. */
export function noteSuspicion(
  security: SecurityNotes,
  request: Parameters<SecurityNotes["note"]>[0] & { readonly visit: Visit },
  { message, sessionId }: { message: string; sessionId: string },
): void {
  for (const scope of suspiciousContent(message))
    security.note(request, request.visit.policy, { kind: "suspicious_content", scope, sessionId });
}
