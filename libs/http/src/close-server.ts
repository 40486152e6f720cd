import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

interface Idle {
  /** Monotonic milliseconds. */
  since: number;
  /** Bytes the connection had brought by then; more means that a request is on its way. */
  bytes: number;
}

/** Connections of each server that carry no request at the moment. */
const idleOf = new WeakMap<Server, Map<Socket, Idle>>();

const IDLE_SWEEP_MS = 250;
/** A connection that was just accepted may have its first request on the wire. */
const FRESH_MS = 500;
/** Time to send the rest of a request that has begun, as for its headers at any other time. */
const HALF_REQUEST_MS = 5_000;

/**
 * Remembers which connections are idle. Node's own list has only those that were used before: one that a browser opened in
 * advance and never used would hold a closing server until its deadline.
 */
export function watchConnections(server: Server): void {
  const idle = new Map<Socket, Idle>();
  idleOf.set(server, idle);
  const rest = (socket: Socket): void => {
    if (!socket.destroyed) idle.set(socket, { since: performance.now(), bytes: socket.bytesRead });
  };
  // One function for all of them: one for each would be kept as long as its connection or stream.
  function onClosed(this: Socket): void {
    idle.delete(this);
  }
  function onAnswered(this: ServerResponse): void {
    rest(this.req.socket);
  }
  server.on("connection", (socket) => {
    rest(socket);
    socket.on("close", onClosed);
  });
  server.on("request", ({ socket }, response) => {
    idle.delete(socket);
    response.on("close", onAnswered);
  });
}

/** A connection that became something else than requests and answers: it is nobody's to close as idle. */
export const forgetConnection = (server: Server, socket: Socket): void => void idleOf.get(server)?.delete(socket);

/** True while no request of this connection is in work; one may be on its way. */
export const isIdle = (server: Server, socket: Socket): boolean => idleOf.get(server)?.has(socket) ?? false;

/** Stops accepting, closes idle connections, lets requests in work finish (at most `deadlineMs`), then cuts what remains. */
export async function closeServer(
  app: { server: Server; close(): PromiseLike<unknown> },
  deadlineMs: number,
): Promise<void> {
  const began = performance.now();
  const timer = setTimeout(() => app.server.closeAllConnections(), deadlineMs);
  const sweep = setInterval(() => {
    // Connections that become idle during the drain; without this they would be kept until their keep-alive ends.
    app.server.closeIdleConnections();
    const now = performance.now();
    for (const [socket, { since, bytes }] of idleOf.get(app.server) ?? []) {
      const over = socket.bytesRead === bytes ? now - since >= FRESH_MS : now - began >= HALF_REQUEST_MS;
      if (over) socket.destroy();
    }
  }, IDLE_SWEEP_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
    clearInterval(sweep);
  }
}
