import type { FastifyReply } from "fastify";

/** A signal that aborts when the connection closes before the response was sent. */
export function clientAborted(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  // The client may disconnect during authentication; `close` has then already fired, so check `destroyed` too.
  if (reply.raw.destroyed) controller.abort();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
