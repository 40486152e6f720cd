import { tokenSubject } from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import type { GatewayDeps } from "../deps.js";
import { ExpiringMap } from "../expiring-map.js";
import { visitorAccess } from "./visitor.js";

/** Maps session tokens to persons for rate limits. */
export interface Subjects {
  /** A pseudonym shared by all devices of one confirmed address; null for anonymous visitors and while it cannot be looked up. */
  of(request: Pick<FastifyRequest, "visit">, sessionToken: string): Promise<string | null>;
}

const SUBJECT_TTL_MS = 600_000;
const MAX_SUBJECTS = 50_000;
const SUBJECT_DEADLINE_MS = 1_000;

export function createSubjects({ bus, secrets }: Pick<GatewayDeps, "bus" | "secrets">): Subjects {
  const known = new ExpiringMap<string, string | null>({ ttlMs: SUBJECT_TTL_MS, maxEntries: MAX_SUBJECTS });
  return {
    async of({ visit }, sessionToken) {
      // Unless the link requires an address, nobody on it has confirmed one.
      if (!visit.policy.requireEmail) return null;
      const key = secrets.keyedHash(`${visit.policy.id}:${sessionToken}`);
      const remembered = known.get(key);
      if (remembered !== undefined) return remembered;
      try {
        const access = visitorAccess(visit, sessionToken);
        const { subject } = await bus.call(tokenSubject, { access }, { deadlineMs: SUBJECT_DEADLINE_MS });
        known.set(key, subject);
        return subject;
      } catch {
        // An invalid token is refused by its own call; until then it is limited as a session.
        return null;
      }
    },
  };
}
