import type { Bus } from "@parley/bus";
import { AppError, type LinkPolicy, resolveVisit } from "@parley/contracts";
import { parseToken, type Secrets } from "@parley/secrets";
import type { z } from "zod";
import { ExpiringMap } from "../expiring-map.js";
import type { LinkCache } from "./link-cache.js";

/** What a session token opens, for calls that name no link. */
export interface TokenVisit {
  policy: LinkPolicy;
  sessionId: string;
  /** Pseudonym of the visitor on this link; the same on all devices for a confirmed address, else one per conversation. */
  userId: string;
}

/**
 * The link and the session of each token. They never change, so they are cached for minutes; the link's policy
 * for seconds, as everywhere. It grants no access by itself: each call is still checked by the sessions service.
 */
export interface VisitsByToken {
  /** Throws `session_token_invalid`, and `link_unavailable` or `link_expired` like the link's own token. */
  of(sessionToken: string): Promise<TokenVisit>;
}

type Resolved = z.output<typeof resolveVisit.response>;

const TTL_MS = 600_000;
const MAX_ENTRIES = 50_000;
const USER_ID_DIGITS = 22;

export function createVisitsByToken(deps: { bus: Bus; secrets: Secrets; links: LinkCache }): VisitsByToken {
  const { bus, secrets, links } = deps;
  const known = new ExpiringMap<string, Omit<TokenVisit, "policy"> & { linkId: string }>({
    ttlMs: TTL_MS,
    maxEntries: MAX_ENTRIES,
  });
  const asked = new Map<string, Promise<Resolved>>();

  const ask = (key: string, parsed: { id: string; secret: string }): Promise<Resolved> => {
    const asking = bus.call(resolveVisit, { tokenId: parsed.id, secret: parsed.secret });
    asked.set(key, asking);
    const over = (): void => void asked.delete(key);
    asking.then(over, over);
    return asking;
  };

  return {
    async of(sessionToken) {
      const parsed = parseToken("session", sessionToken);
      if (parsed === null) throw new AppError("session_token_invalid");
      const key = secrets.keyedHash(sessionToken);
      const session = known.get(key);
      const policy = session === undefined ? null : links.byId(session.linkId);
      if (session !== undefined && policy !== null) return { ...session, policy };
      const version = links.version;
      const answer = await (asked.get(key) ?? ask(key, parsed));
      switch (answer.status) {
        case "ok": {
          const userId = `user_${secrets.keyedHash(`user:${answer.policy.id}:${answer.person}`).slice(0, USER_ID_DIGITS)}`;
          known.set(key, { sessionId: answer.sessionId, userId, linkId: answer.policy.id });
          // An answer older than an event of some link serves this call but is not cached.
          if (links.version === version) links.remember(answer.policy);
          return { sessionId: answer.sessionId, userId, policy: answer.policy };
        }
        case "expired":
          throw new AppError(answer.friendly ? "link_expired" : "link_unavailable");
        case "unavailable":
          throw new AppError("link_unavailable");
        case "unknown":
          throw new AppError("session_token_invalid");
      }
    },
  };
}
