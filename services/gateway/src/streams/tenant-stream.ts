import type { TenantFact } from "@parley/contracts";
import type { SseStream } from "@parley/http";
import type { HubStream } from "./hub.js";
import { type Opener, refusedMessage } from "./opener.js";
import type { FactReader } from "./tenant-facts.js";

/**
 * One reader of a tenant's events. It has no place in any log: it begins with `ready`, upon which the reader loads what it shows, and
 * a reader that is too slow is cut off and starts again.
 */
export class TenantStream implements HubStream, FactReader {
  readonly linkId = null;
  /** Streams of one person are counted together, like those of one session. */
  readonly sessionId: string;

  constructor(
    tenantId: string,
    readonly opener: Opener,
    readonly sse: SseStream,
  ) {
    this.sessionId = placeOf(tenantId, opener);
  }

  tell(fact: TenantFact): void {
    this.sse.send({ event: "fact", data: fact });
  }

  ready(): void {
    this.sse.send({ event: "ready", data: { type: "ready", at: new Date().toISOString() } });
  }

  refuse(): void {
    this.sse.send(refusedMessage(this.opener));
    this.sse.close();
  }

  ageMs(): number {
    return performance.now() - this.sse.openedAt;
  }

  evict(): void {
    this.sse.close();
  }

  // It belongs to no session, so no log can grow or end.
  want(): void {}
  ended(): void {}
  revoke(): void {}
}

export const placeOf = (tenantId: string, { id }: Opener): string => `tenant:${tenantId}:${id}`;
