import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Metrics } from "@parley/observability";
import { addressBucket } from "./client-address.js";
import { isIdle } from "./close-server.js";

export interface ConnectionLimitOptions {
  maxPerAddress: number;
  /** Peers that carry the requests of many clients: they are not counted. */
  isProxy(peer: string): boolean;
  metrics: Metrics;
}

/**
 * Bounds the connections of one peer (IPv6: of its /64), so that no client takes the file descriptors of all others. At the
 * bound the peer's oldest idle connection is closed, so that a client still gets one when another client behind the same
 * address only holds connections open. The server must be watched by `watchConnections`.
 */
export function limitConnections(server: Server, { maxPerAddress, isProxy, metrics }: ConnectionLimitOptions): void {
  const closed = metrics.counter(
    "http_connections_closed_total",
    "Connections closed because their address had too many",
  );
  const byAddress = new Map<string, Set<Socket>>();
  server.on("connection", (socket) => {
    const peer = socket.remoteAddress;
    if (peer === undefined || isProxy(peer)) return;
    const bucket = addressBucket(peer);
    const own = byAddress.get(bucket) ?? new Set();
    byAddress.set(bucket, own.add(socket));
    socket.once("close", () => {
      own.delete(socket);
      if (own.size === 0 && byAddress.get(bucket) === own) byAddress.delete(bucket);
    });
    if (own.size <= maxPerAddress) return;
    closed.inc();
    for (const one of own) {
      if (!isIdle(server, one) && one !== socket) continue;
      // Its "close" comes later; until then it must not be found again.
      own.delete(one);
      one.destroy();
      return;
    }
  });
}
