import { rotatedKeys, rotateKeys, rotateKeysBody } from "@parley/contracts";
import { ownerRoute } from "./owner-route.js";
import { operatorWide } from "./principal.js";

/** Reseals values that are sealed under another master key. Operator-wide callers only. Idempotent by state. */
const rotateRoute = ownerRoute({
  method: "POST",
  path: "/key-rotation",
  summary: "Re-encrypt everything under the current master key",
  description:
    "Runs for a few seconds; repeat it with `next_cursor` until that is null. Needs `SECRET_KEY_PREVIOUS` and runs while the server is in use; an interrupted pass starts again.",
  role: "owner",
  acrossTenants: true,
  body: rotateKeysBody.nullish(),
  answers: { 200: rotatedKeys },
  handle: async ({ request, body }, { bus }) => {
    const call = { principal: operatorWide(request), cursor: body?.cursor ?? null };
    const { keyId, nextCursor, ...counts } = await bus.call(rotateKeys, call);
    return { key_id: keyId, ...counts, next_cursor: nextCursor };
  },
});

export const keyRotationRoutes = [rotateRoute];
