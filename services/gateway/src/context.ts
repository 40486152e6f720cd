import type { Clock } from "@parley/runtime";
import type { GatewayDeps } from "./deps.js";
import type { Credentials } from "./edge/callers/credentials.js";
import type { FailedAttempts } from "./edge/callers/failed-attempts.js";
import type { Countries } from "./edge/countries.js";
import type { LinkCache } from "./edge/link-cache.js";
import type { ProofProvider } from "./edge/proof-contract.js";
import type { Subjects } from "./edge/rate-subjects.js";
import type { SecurityNotes } from "./edge/security-notes.js";
import type { VisitCounts } from "./edge/visit-counts.js";
import type { VisitsByToken } from "./edge/visits-by-token.js";
import type { ConnectionCounts } from "./streams/count-connections.js";
import type { StreamHub } from "./streams/hub.js";
import type { Presence } from "./streams/presence.js";
import type { TenantFacts } from "./streams/tenant-facts.js";
import type { TurnWaiter } from "./turns/wait-for-turn.js";

/** What the route handlers share: the connections and the gateway's own short-lived state. */
export interface GatewayContext extends GatewayDeps {
  clock: Pick<Clock, "now" | "ready">;
  waiter: TurnWaiter;
  streams: StreamHub;
  facts: TenantFacts;
  presence: Presence;
  links: LinkCache;
  visits: VisitsByToken;
  credentials: Credentials;
  failedAttempts: FailedAttempts;
  /** Link tokens that open nothing. */
  failedLinks: FailedAttempts;
  countries: Countries;
  security: SecurityNotes;
  visitCounts: VisitCounts;
  connections: ConnectionCounts;
  subjects: Subjects;
  proofs: ProofProvider;
  /** Readiness of each dependency, for `/readyz`. */
  readiness(): Promise<{ ready: boolean; checks: Record<string, { ok: boolean; detail?: string }> }>;
}
