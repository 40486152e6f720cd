import type { TenantFact } from "@parley/contracts";
import type { SseStream } from "@parley/http";
import type { HubStream } from "./hub.js";
import { type Opener, refusedMessage } from "./opener.js";
import type { FactReader } from "./tenant-facts.js";

/**
 * One reader of what happens in a tenant. It has no place in any log: it begins with `ready`, upon which the reader asks for what it shows, and a reader
 * that is too slow is cut and begins again.
 */
export class TenantStream implements HubStream, FactReader {
  readonly linkId = null;
  /** Those of one person count together, as those of one session do. */
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

  // It belongs to no session, whose log could grow or end.
  want(): void {}
  ended(): void {}
  revoke(): void {}
}

export const placeOf = (tenantId: string, { id }: Opener): string => `tenant:${tenantId}:${id}`;
