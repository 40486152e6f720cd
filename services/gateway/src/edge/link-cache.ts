import type { Bus } from "@parley/bus";
import {
  AppError,
  accessPolicyChanged,
  agentActivated,
  agentDeleted,
  cachesDropped,
  type LinkPolicy,
  linkRevoked,
  linkUpdated,
  resolveLink,
} from "@parley/contracts";
import { parseToken, type Secrets } from "@parley/secrets";
import type { z } from "zod";
import { ExpiringMap } from "../expiring-map.js";

/**
 * Link policies by token. Cached for seconds and dropped by the link's events; the database still decides on expiry
 * and quota of every session and message, so a stale policy only delays what is shown.
 */
export interface LinkCache {
  /** Throws `link_unavailable` for anything but a usable link, `link_expired` where the link discloses that. */
  resolve(token: string): Promise<LinkPolicy>;
  /** The policy if cached; makes no call. */
  peek(token: string): LinkPolicy | null;
  /** As `peek`, by the id of the link: for links found by another token than their own. */
  byId(linkId: string): LinkPolicy | null;
  /** Caches a policy that was fetched elsewhere; `version` must be unchanged since before the request. */
  remember(policy: LinkPolicy): void;
  /** Rises whenever cached policies were dropped. */
  readonly version: number;
  start(): void;
}

type Resolved = z.output<typeof resolveLink.response>;

const TTL_MS = 5_000;
const UNKNOWN_TTL_MS = 1_000;
const MAX_ENTRIES = 20_000;
const NO_SECRET = "0".repeat(32);
const NO_HASH = Buffer.alloc(32);

export function createLinkCache(deps: { bus: Bus; secrets: Secrets }): LinkCache {
  const { bus, secrets } = deps;
  const known = new ExpiringMap<string, LinkPolicy>({ ttlMs: TTL_MS, maxEntries: MAX_ENTRIES });
  const ofLink = new ExpiringMap<string, LinkPolicy>({ ttlMs: TTL_MS, maxEntries: MAX_ENTRIES });
  let version = 0;
  const refused = new ExpiringMap<string, true>({ ttlMs: UNKNOWN_TTL_MS, maxEntries: MAX_ENTRIES });

  /** Pending requests: concurrent visitors of one link share one. */
  const asked = new Map<string, Promise<Resolved>>();

  function ask(token: string, parsed: { id: string; secret: string }): Promise<Resolved> {
    const asking = bus.call(resolveLink, parsed).then((answer) => {
      // An answer older than an event of its link is returned to the waiting callers but not cached.
      if (asked.get(token) !== asking) return answer;
      if (answer.status === "ok") {
        known.set(token, answer.policy);
        ofLink.set(answer.policy.id, answer.policy);
      }
      // Expired ones too: an uncached refusal takes longer, and would reveal that the link once existed.
      const isUniform = answer.status === "unavailable" || (answer.status === "expired" && !answer.friendly);
      if (isUniform) refused.set(token, true);
      return answer;
    });
    asked.set(token, asking);
    const over = (): void => {
      if (asked.get(token) === asking) asked.delete(token);
    };
    asking.then(over, over);
    return asking;
  }

  const forget = (matches: (policy: LinkPolicy) => boolean): void => {
    version += 1;
    known.deleteWhere(matches);
    ofLink.deleteWhere(matches);
    // It is unknown which refused token belongs to this link, and a reopened link must not be refused a second longer.
    refused.deleteWhere(() => true);
    asked.clear();
  };

  return {
    async resolve(token) {
      const parsed = parseToken("link", token);
      if (parsed === null) {
        secrets.verify(NO_SECRET, NO_HASH);
        throw new AppError("link_unavailable");
      }
      const policy = known.get(token);
      if (policy !== undefined && !isExpired(policy)) return policy;
      if (refused.get(token)) throw new AppError("link_unavailable");
      const asking = asked.get(token) ?? ask(token, parsed);
      const answer = await asking;
      switch (answer.status) {
        case "ok":
          return answer.policy;
        case "expired":
          throw new AppError(answer.friendly ? "link_expired" : "link_unavailable");
        case "unavailable":
          throw new AppError("link_unavailable");
      }
    },
    peek: (token) => known.get(token) ?? null,
    byId(linkId) {
      const policy = ofLink.get(linkId);
      return policy === undefined || isExpired(policy) ? null : policy;
    },
    remember: (policy) => ofLink.set(policy.id, policy),
    get version() {
      return version;
    },
    start() {
      const drop = async ({ linkId }: { linkId: string }): Promise<void> => forget(({ id }) => id === linkId);
      bus.listen(linkRevoked, drop);
      bus.listen(linkUpdated, drop);
      const dropOf = async ({ agentId }: { agentId: string }): Promise<void> =>
        forget((policy) => policy.agentId === agentId);
      bus.listen(accessPolicyChanged, dropOf);
      bus.listen(agentActivated, dropOf);
      bus.listen(agentDeleted, dropOf);
      bus.listen(cachesDropped, async ({ tenantId, agentId }) => {
        forget((policy) => policy.tenantId === tenantId && (agentId === null || policy.agentId === agentId));
        refused.clear();
      });
      bus.onReconnect(() => forget(() => true));
    },
  };
}

const isExpired = ({ expiresAt }: LinkPolicy): boolean => expiresAt !== null && Date.parse(expiresAt) <= Date.now();
