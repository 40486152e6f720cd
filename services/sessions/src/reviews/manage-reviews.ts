import { type getReview, type removeReview, requireRole, tenantOf, type writeReview } from "@parley/contracts";
import type { z } from "zod";
import type { HandlerDeps } from "../deps.js";
import * as repository from "./repository.js";

type Deps = Pick<HandlerDeps, "db" | "relay">;
type In<C extends { request: z.ZodType }> = z.output<C["request"]>;
type Out<C extends { response: z.ZodType }> = Promise<z.input<C["response"]>>;

/** The verdict on a session. A read; operators and above. Throws `session_not_found`. */
export const getReviewHandler =
  ({ db }: Deps) =>
  async ({ principal, sessionId }: In<typeof getReview>): Out<typeof getReview> => {
    requireRole(principal, "operator");
    return { review: await repository.findReview(db, tenantOf(principal), sessionId) };
  };

/** Gives a verdict. Idempotent by state. Throws `session_not_found`, `turn_not_found`, `content_removed`. */
export const writeReviewHandler =
  ({ db, relay }: Deps) =>
  async ({ principal, sessionId, name, ...given }: In<typeof writeReview>): Out<typeof writeReview> => {
    requireRole(principal, "operator");
    const row = { session_id: sessionId, reviewer_name: name, ...given };
    const review = await repository.writeReview(db, tenantOf(principal), row);
    relay.soon();
    return { review };
  };

/** Removes a verdict. Idempotent by state: a second call gets `review_not_found`. */
export const removeReviewHandler =
  ({ db, relay }: Deps) =>
  async ({ principal, sessionId }: In<typeof removeReview>): Out<typeof removeReview> => {
    requireRole(principal, "operator");
    await repository.removeReview(db, tenantOf(principal), sessionId);
    relay.soon();
    return {};
  };
