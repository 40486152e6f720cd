import { getReview, removeReview, writeReview } from "@parley/contracts";
import type { HandlerDeps } from "../deps.js";
import { getReviewHandler, removeReviewHandler, writeReviewHandler } from "./manage-reviews.js";

/** Serves the team's reviews of conversations. */
export function bindReviews(deps: HandlerDeps): void {
  const bound = { maxInFlight: deps.config.SESSIONS_MAX_IN_FLIGHT };
  deps.bus.serve(getReview, getReviewHandler(deps), bound);
  deps.bus.serve(writeReview, writeReviewHandler(deps), bound);
  deps.bus.serve(removeReview, removeReviewHandler(deps), bound);
}
