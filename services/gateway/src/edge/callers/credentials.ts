import { createHash } from "node:crypto";
import type { Bus } from "@parley/bus";
import { credentialRevoked, type Principal, resolveKey, verifyToken, verifyUserSession } from "@parley/contracts";
import type { RedisLike } from "@parley/redis";
import { parseToken } from "@parley/secrets";
import { ExpiringMap } from "../../expiring-map.js";

interface SigningKey {
  secret: string;
  principal: Principal;
  /** The key's scopes; without them its role decides. */
  scopes?: string[] | undefined;
  /** The key may sign only with a nonce. */
  requireNonce?: boolean | undefined;
}

/** Identifies callers by key id or token; answers are cached for seconds and dropped on every revocation. */
export interface Credentials {
  /** null = the default key. Null for unknown keys and when there is no default key. */
  signingKey(keyId: string | null): Promise<SigningKey | null>;
  /** Null for anything but a live management token. */
  tokenPrincipal(token: string): Promise<Principal | null>;
  /** Null for anything but a live session of a user. */
  sessionPrincipal(token: string): Promise<Principal | null>;
  /** False = seen before. */
  claimNonce(nonce: string, ttlSeconds: number): Promise<boolean>;
  readonly hasDefaultKey: boolean;
  start(): void;
}

const KEY_TTL_MS = 30_000;
const UNKNOWN_TTL_MS = 2_000;
const TOKEN_TTL_MS = 10_000;
const MAX_ENTRIES = 10_000;
const MAX_NONCES = 100_000;

export function createCredentials(deps: {
  bus: Bus;
  redis: RedisLike;
  adminApiKey: string | undefined;
  adminKeyRequiresNonce: boolean;
}): Credentials {
  const { bus, redis, adminApiKey } = deps;
  const keys = new ExpiringMap<string, SigningKey | null>({ ttlMs: KEY_TTL_MS, maxEntries: MAX_ENTRIES });
  const tokens = new ExpiringMap<string, Principal | null>({ ttlMs: TOKEN_TTL_MS, maxEntries: MAX_ENTRIES });
  const nonces = new ExpiringMap<string, true>({ ttlMs: 601_000, maxEntries: MAX_NONCES });
  const defaultKey: SigningKey | null =
    adminApiKey === undefined
      ? null
      : {
          secret: adminApiKey,
          principal: { tenantId: null, role: "owner", via: "hmac", id: "default" },
          requireNonce: deps.adminKeyRequiresNonce,
        };

  const holderOf = async (token: string, ask: () => Promise<{ principal: Principal | null }>) => {
    const name = createHash("sha256").update(token).digest("base64");
    const known = tokens.get(name);
    if (known !== undefined) return known;
    const { principal } = await ask();
    tokens.set(name, principal, principal === null ? UNKNOWN_TTL_MS : TOKEN_TTL_MS);
    return principal;
  };

  return {
    hasDefaultKey: defaultKey !== null,
    async signingKey(keyId) {
      if (keyId === null) return defaultKey;
      const known = keys.get(keyId);
      if (known !== undefined) return known;
      const { key } = await bus.call(resolveKey, { keyId });
      keys.set(keyId, key, key === null ? UNKNOWN_TTL_MS : KEY_TTL_MS);
      return key;
    },
    async tokenPrincipal(token) {
      if (parseToken("api", token) === null) return null;
      return holderOf(token, () => bus.call(verifyToken, { token }));
    },
    async sessionPrincipal(token) {
      if (parseToken("user", token) === null) return null;
      return holderOf(token, () => bus.call(verifyUserSession, { token }));
    },
    async claimNonce(nonce, ttlSeconds) {
      // Also kept here: this memory outlives a flush of Redis, and replaces it while Redis is unreachable. A replay that neither of them
      // knows is caught by the database, which stores the signatures of changing requests and of requests with a nonce.
      if (nonces.get(nonce) !== undefined) return false;
      nonces.set(nonce, true, ttlSeconds * 1_000);
      try {
        return await redis.nonces.claim(nonce, ttlSeconds);
      } catch {
        return true;
      }
    },
    start() {
      const forget = (): void => {
        keys.clear();
        tokens.clear();
      };
      bus.listen(credentialRevoked, async () => forget());
      bus.onReconnect(forget);
    },
  };
}
