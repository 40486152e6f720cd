import {
  type addNote,
  hasRole,
  type listNotes,
  newId,
  type removeNote,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import type { z } from "zod";
import type { HandlerDeps } from "../deps.js";
import { decodeCursor, pageOf } from "../webhooks/list-page.js";
import * as repository from "./repository.js";

type Deps = Pick<HandlerDeps, "db" | "relay">;
type In<C extends { request: z.ZodType }> = z.output<C["request"]>;
type Out<C extends { response: z.ZodType }> = Promise<z.input<C["response"]>>;

/** Notes of a session, oldest first. A read; operators and above. Throws `session_not_found`. */
export const listNotesHandler =
  ({ db }: Deps) =>
  async ({ principal, sessionId, limit, cursor }: In<typeof listNotes>): Out<typeof listNotes> => {
    requireRole(principal, "operator");
    const after = cursor === undefined ? null : decodeCursor(cursor);
    const rows = await repository.listNotes(db, {
      ...{ tenantId: tenantOf(principal), sessionId, after },
      limit: limit + 1,
    });
    return pageOf(rows, limit);
  };

/** Writes a note. Idempotency key: `idempotency.key` within the session, and the signature. Throws `session_not_found`, `content_removed`. */
export const addNoteHandler =
  ({ db, relay }: Deps) =>
  async (input: In<typeof addNote>): Out<typeof addNote> => {
    requireRole(input.principal, "operator");
    const answer = await repository.addNote(db, tenantOf(input.principal), {
      ...{ id: newId(), session_id: input.sessionId, author: input.author, author_name: input.name },
      content: input.content,
      idem_key: input.idempotency?.key ?? null,
      idem_fingerprint: input.idempotency?.fingerprint ?? null,
      signature: input.signature ?? null,
    });
    relay.soon();
    return answer;
  };

/** Removes a note: one's own, or anybody's as an admin. Idempotent by state: a second call gets `note_not_found`. */
export const removeNoteHandler =
  ({ db, relay }: Deps) =>
  async ({ principal, sessionId, id }: In<typeof removeNote>): Out<typeof removeNote> => {
    requireRole(principal, "operator");
    const any = hasRole(principal.role, "admin");
    await repository.removeNote(db, { tenantId: tenantOf(principal), sessionId, id, author: principal.id, any });
    relay.soon();
    return {};
  };
