import { takeWithinBytes } from "@parley/bus";
import {
  AppError,
  type listSessions,
  normaliseEmail,
  requireRole,
  type sessionSort,
  tenantOf,
} from "@parley/contracts";
import { z } from "zod";
import type { HandlerDeps } from "../deps.js";
import { type FoundSession, readSessions } from "./repository.js";

type Sort = z.output<typeof sessionSort>;

/** Sessions of a tenant that match a search. A read. */
export const listSessionsHandler =
  (deps: HandlerDeps) =>
  async (input: z.output<typeof listSessions.request>): Promise<z.input<typeof listSessions.response>> => {
    const { principal, cursor, limit, sort, ...filter } = input;
    const tenantId = tenantOf(principal);
    if (filter.text !== undefined) requireRole(principal, "operator");
    const { agentId, linkId, ratingMax, wentBadly, costMin, participant, ...rest } = filter;
    const found = await readSessions(deps.db, tenantId, {
      ...rest,
      ...{ sort, limit, agent_id: agentId, link_id: linkId, rating_max: ratingMax, went_badly: wentBadly },
      ...{ cost_min: costMin, participant },
      email: participant && (normaliseEmail(participant) ?? participant.toLowerCase()),
      ...(cursor === undefined ? {} : behind(sort, cursor)),
    });
    const page = takeWithinBytes(found);
    const last = page.at(-1);
    const more = last !== undefined && (page.length < found.length || found.length === limit);
    // Viewers may not see message text, not even the title, which is its beginning.
    const words = principal.role === "viewer" ? { title: null } : {};
    return {
      data: page.map(({ session }) => ({ ...session, ...words })),
      nextCursor: more ? cursorOf(sort, last) : null,
    };
  };

/** Where a page ended, in its sort order. */
const cursorOf = (sort: Sort, { key, session }: FoundSession): string =>
  Buffer.from(JSON.stringify([sort, key, session.conversation_id])).toString("base64url");

const place = z.tuple([z.string(), z.string().max(64), z.uuid()]);
const KEYS: Record<Sort, RegExp> = {
  newest: /^\d{4,}-\d\d-\d\d [\d:.+-]+$/,
  last_activity: /^\d{4,}-\d\d-\d\d [\d:.+-]+$/,
  cost: /^-?\d+(\.\d+)?$/,
  rating: /^-[1-6]$/,
  turns: /^\d{1,9}$/,
};

function behind(sort: Sort, cursor: string): { after_key: string; after_id: string } {
  const [of, key, id] = placeOf(cursor) ?? [];
  if (of !== sort || key === undefined || id === undefined || !KEYS[sort].test(key))
    throw new AppError("validation_failed", {
      errors: [{ pointer: "query/cursor", rule: "cursor", message: "is not a cursor of this list in this order" }],
    });
  return { after_key: key, after_id: id };
}

function placeOf(cursor: string): z.output<typeof place> | undefined {
  try {
    return place.safeParse(JSON.parse(Buffer.from(cursor, "base64url").toString())).data;
  } catch {
    return undefined;
  }
}
