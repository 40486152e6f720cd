import { AppError } from "@parley/contracts";
import { closeServer, createHttpServer, type HttpApp } from "@parley/http";
import type { Component } from "@parley/runtime";
import { buildRoutes, GUARDED_PREFIXES } from "./build-routes.js";
import type { GatewayContext } from "./context.js";
import type { GatewayDeps } from "./deps.js";
import { createCredentials } from "./edge/callers/credentials.js";
import { createFailedAttempts } from "./edge/callers/failed-attempts.js";
import { createCountries } from "./edge/countries.js";
import { createLinkCache } from "./edge/link-cache.js";
import { createProofProvider } from "./edge/proof-provider.js";
import { createSubjects } from "./edge/rate-subjects.js";
import { createSecurityNotes } from "./edge/security-notes.js";
import { createVisitCounts } from "./edge/visit-counts.js";
import { createVisitsByToken } from "./edge/visits-by-token.js";
import { announceFollowed } from "./streams/announce-followed.js";
import { createConnectionCounts } from "./streams/count-connections.js";
import { createStreamHub } from "./streams/hub.js";
import { createPresence } from "./streams/presence.js";
import { createTenantFacts } from "./streams/tenant-facts.js";
import { createTurnWaiter } from "./turns/wait-for-turn.js";

export interface Gateway extends Component {
  /** `http://host:port` of the listening server. Throws before `start`. */
  address(): string;
}

/** Time limit of requests that are running when a drain begins; then their connections are cut. */
const DRAIN_MS = 25_000;
/**
 * Connections that may wait to be accepted; the kernel uses the smaller of this and `net.core.somaxconn`. When thousands of readers
 * reconnect at once and the queue is full, the kernel drops connections silently, including those of messages, and their
 * clients retry seconds later.
 */
const BACKLOG = 4_096;

/** The gateway: every HTTP surface, verification of callers, limits and event streams. It owns no table. */
export function createGateway(deps: GatewayDeps): Gateway {
  let draining = false;
  const context = createContext(deps, () => draining);
  let app: HttpApp | undefined;
  return {
    name: "gateway",
    async start() {
      app = createServer(deps);
      await buildRoutes(app, context);
      context.waiter.start();
      context.credentials.start();
      context.links.start();
      context.streams.start();
      context.facts.start();
      context.presence.start();
      context.security.start();
      context.visitCounts.start();
      // Requests accepted from now on are notified of credentials revoked from now on.
      await deps.bus.settled();
      await app.listen({ port: deps.config.PORT, host: deps.config.HOST, backlog: BACKLOG });
      deps.logger.info({ address: addressOf(app) }, "gateway.listening");
    },
    async stop() {
      draining = true;
      context.streams.stop();
      context.facts.stop();
      context.presence.stop();
      if (app !== undefined) await closeServer(app, DRAIN_MS);
      context.waiter.stop();
      await Promise.all([context.security.stop(), context.visitCounts.stop()]);
    },
    async ready() {
      if (draining) return "draining";
      return deps.bus.status().usable ? true : "bus not connected";
    },
    address() {
      if (app === undefined) throw new Error("the gateway is not started");
      return addressOf(app);
    },
  };
}

/** The shared state of the handlers; nothing is started yet. */
export function createContext(deps: GatewayDeps, draining: () => boolean): GatewayContext {
  const { config, bus, secrets, logger, metrics } = deps;
  const redis = { ...deps.redis, live: announceFollowed(deps.redis.live, bus) };
  const countries = createCountries(config.GEO_DB_PATH, logger);
  const links = createLinkCache({ bus, secrets });
  const facts = createTenantFacts({ bus, logger });
  const visitCounts = createVisitCounts({
    ...{ bus, secrets, logger, metrics, countries, addresses: config.VISITOR_ADDRESSES },
  });
  const clock = deps.clock ?? { now: Date.now, ready: async () => true };
  return {
    ...deps,
    redis,
    clock,
    waiter: createTurnWaiter({ bus, metrics }),
    streams: createStreamHub({
      bus,
      redis,
      logger,
      metrics,
      maxStreams: config.MAX_STREAMS,
      maxStreamsPerSession: config.MAX_STREAMS_PER_SESSION,
      maxStreamsPerAddress: config.MAX_STREAMS_PER_ADDRESS,
      maxStreamsPerLink: config.MAX_STREAMS_PER_LINK,
    }),
    facts,
    presence: createPresence({ bus, facts }),
    links,
    visits: createVisitsByToken({ bus, secrets, links }),
    countries,
    security: createSecurityNotes({
      ...{ bus, secrets, logger, metrics, countries, addresses: config.VISITOR_ADDRESSES },
    }),
    visitCounts,
    connections: createConnectionCounts(visitCounts),
    subjects: createSubjects({ bus, secrets }),
    proofs: createProofProvider({ config, redis, secrets }),
    credentials: createCredentials({
      ...{ bus, redis, adminApiKey: config.ADMIN_API_KEY },
      adminKeyRequiresNonce: config.ADMIN_API_KEY_REQUIRE_NONCE,
    }),
    failedAttempts: createFailedAttempts(config.RATE_LIMIT_AUTH_FAILURES_PER_MINUTE),
    failedLinks: createFailedAttempts(config.RATE_LIMIT_AUTH_FAILURES_PER_MINUTE),
    async readiness() {
      const { connected, usable } = bus.status();
      // Redis is losable: answers stay correct without it, so it is shown but does not make the replica unready.
      const [reachable, more, onTime] = await Promise.all([redis.ping(), deps.moreChecks?.() ?? {}, clock.ready()]);
      const others = Object.entries(more).map(([name, ok]) => [name, ok ? { ok } : { ok, detail: "not reachable" }]);
      return {
        ready: usable && onTime === true && !draining() && Object.values(more).every(Boolean),
        checks: {
          ...Object.fromEntries(others),
          gateway: draining() ? { ok: false, detail: "draining" } : { ok: true },
          clock: onTime === true ? { ok: true } : { ok: false, detail: String(onTime) },
          bus: connected ? { ok: true } : { ok: false, detail: "not connected" },
          redis: reachable ? { ok: true } : { ok: false, detail: "not reachable; limits are local" },
        },
      };
    },
  };
}

export function createServer({ config, logger, metrics }: Pick<GatewayDeps, "config" | "logger" | "metrics">): HttpApp {
  return createHttpServer({
    logger,
    metrics,
    trustedProxies: config.TRUSTED_PROXIES,
    maxInFlight: config.MAX_REQUESTS_IN_FLIGHT,
    maxUnfinishedBodiesPerAddress: config.MAX_UNFINISHED_BODIES_PER_ADDRESS,
    maxConnectionsPerAddress: config.MAX_CONNECTIONS_PER_ADDRESS,
    authenticatedPrefixes: GUARDED_PREFIXES,
    https: config.PUBLIC_URL.startsWith("https:"),
    // A token of any length that is not a link looks like any other.
    tooLongAddress: (url) => new AppError(url.startsWith("/api/public/") ? "link_unavailable" : "not_found"),
  });
}

function addressOf(app: HttpApp): string {
  const address = app.server.address();
  if (address === null || typeof address === "string") throw new Error("the gateway does not listen");
  const anywhere = address.address === "0.0.0.0" || address.address === "::";
  const host = anywhere ? "127.0.0.1" : address.address;
  return `http://${address.family === "IPv6" && !anywhere ? `[${host}]` : host}:${address.port}`;
}
