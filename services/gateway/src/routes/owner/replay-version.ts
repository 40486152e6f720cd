import { parseOrRefuse, replayReport, replayVersion, replayVersionBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery, versionParams } from "./schemas.js";

/** Without a number: the newest so many sessions. */
const DEFAULT_LIMIT = 100;

/** Runs recorded sessions against a version and tells where each first went another way. A read; no model is called. */
export function replayVersionRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Replay recorded sessions against a version",
    description: "Every call is answered from the records. `remaining` names the sessions that the time did not reach.",
    params: versionParams,
    querystring: tenantQuery,
    body: z.unknown().meta({ description: "Nothing, or `{session_ids? | limit? (≤ 500), link_id?}`" }),
    response: answers({ 200: replayReport }),
  };
  app.post(
    "/agents/:agent/versions/:version/replay",
    { schema, config: { role: "editor", reads: true } },
    async (request) => {
      const { agent, version } = request.params;
      const principal = tenantPrincipal(request);
      const body = parseOrRefuse(replayVersionBody, request.body ?? {});
      const { session_ids: sessionIds, link_id: linkId, limit = DEFAULT_LIMIT } = body;
      return bus.call(replayVersion, { principal, agent, version, sessionIds, linkId, limit });
    },
  );
}
