import { getSession, presenceBody, sessionPresence } from "@parley/contracts";
import { placeOf, TenantStream } from "../../streams/tenant-stream.js";
import { eventStream } from "../declare-route.js";
import { sessionParams } from "../params.js";
import { type Deps, ownerRoute } from "./owner-route.js";
import { ownerAccess } from "./principal.js";

type StreamDeps = Deps<"bus" | "streams" | "facts">;

/** Live events of the tenant, without content. A read. */
const eventsRoute = ownerRoute({
  method: "GET",
  path: "/events",
  summary: "Follow the events of a tenant",
  description:
    "`ready` when facts are told from now on, then `fact` after `fact`; on each `ready` read again what you show. There is no resuming: whatever was missed, the other calls return.",
  config: { longLived: true },
  onRequest: async (_request, { streams }: StreamDeps) => streams.enter(),
  answers: { 200: eventStream },
  handle: async ({ principal, request, reply }, { streams, facts }: StreamDeps) => {
    const { tenantId } = principal;
    facts.admit(tenantId);
    streams.admit(placeOf(tenantId, principal));
    const stream = new TenantStream(tenantId, principal, request.server.sse.open(reply));
    stream.sse.onClose(streams.join(stream));
    stream.sse.onClose(facts.join(tenantId, stream));
    stream.ready();
    return reply;
  },
});

type PresenceDeps = Deps<"bus" | "presence">;

/** Reports that the caller is viewing a session, or has left it, and returns who else is. Repeated every few seconds; losable. */
const presenceRoute = ownerRoute({
  method: "POST",
  path: "/sessions/:id/presence",
  summary: "Announce your presence on a session",
  description:
    "Repeat it every 4 seconds while the page is open; somebody who is silent for 8 seconds counts as gone. The rest of the team gets the fact `session.presence`.",
  config: { reads: true },
  params: sessionParams,
  body: presenceBody,
  answers: { 200: sessionPresence },
  handle: async ({ principal, params, body }, { bus, presence }: PresenceDeps) => {
    const { session } = await bus.call(getSession, { access: ownerAccess(principal, params.id) });
    const at = { tenantId: principal.tenantId, sessionId: session.session_id };
    presence.note(at, { id: principal.id, name: body.name ?? null }, body.activity === "gone" ? null : body.activity);
    return { present: presence.of(at.tenantId, at.sessionId) };
  },
});

export const tenantEventRoutes = [eventsRoute, presenceRoute];
