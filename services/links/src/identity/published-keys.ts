import type { Outbound } from "@parley/outbound";
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { z } from "zod";

const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(100) });

/** Where a site publishes its keys, and the tenant whose link asks. */
interface KeyPlace {
  url: string;
  tenantId: string;
}

/** Public keys that sites publish. */
export interface PublishedKeys {
  /** `fresh`: fetched again unless that was just done. Null = they are unavailable. */
  of(place: KeyPlace, fresh: boolean): Promise<JWTVerifyGetKey | null>;
}

const KEPT_MS = 600_000;
/** A site that signs with an unknown key cannot make us fetch more often than this. */
const COOLDOWN_MS = 30_000;
const FETCH_MS = 4_000;
const MAX_BYTES = 262_144;
const MAX_SITES = 1_000;

interface Fetched {
  at: number;
  keys: Promise<JWTVerifyGetKey | null>;
}

/** Caches the keys of a site for ten minutes. Concurrent callers share one fetch. */
export function createPublishedKeys(outbound: Outbound): PublishedKeys {
  const sites = new Map<string, Fetched>();
  return {
    of(place, fresh) {
      const name = `${place.tenantId} ${place.url}`;
      const known = sites.get(name);
      const age = known === undefined ? Number.POSITIVE_INFINITY : performance.now() - known.at;
      if (known !== undefined && age < (fresh ? COOLDOWN_MS : KEPT_MS)) return known.keys;
      const keys = fetchKeys(outbound, place);
      sites.delete(name);
      sites.set(name, { at: performance.now(), keys });
      const [oldest] = sites.keys();
      if (sites.size > MAX_SITES && oldest !== undefined) sites.delete(oldest);
      return keys;
    },
  };
}

async function fetchKeys(outbound: Outbound, { url, tenantId }: KeyPlace): Promise<JWTVerifyGetKey | null> {
  const request = { method: "GET", url, headers: { accept: "application/json" }, tenantId } as const;
  const result = await outbound.request({ ...request, timeoutMs: FETCH_MS, maxBytes: MAX_BYTES, maxRedirects: 2 });
  if (result.type !== "answered" || result.status !== 200) return null;
  try {
    const { keys } = keySet.parse(JSON.parse(result.body.toString("utf8")));
    return createLocalJWKSet({ keys } as JSONWebKeySet);
  } catch {
    return null;
  }
}
