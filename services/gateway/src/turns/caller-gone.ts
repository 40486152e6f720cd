import type { FastifyReply } from "fastify";

/** Aborts when the connection closes before the answer was sent. */
export function callerGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  // Who left while the request was checked is told by no event any more.
  if (reply.raw.destroyed) controller.abort();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
