import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

type Answer = ServerResponse<IncomingMessage>;

interface Answers {
  /** Not sent to their end, oldest first: clients may send the next request before one is. */
  open: Set<Answer>;
  /** To the request that came last, sent or not. */
  newest: Answer;
}

const answersOf = new WeakMap<Socket, Answers>();

function onClosed(this: Answer): void {
  answersOf.get(this.req.socket)?.open.delete(this);
}

/** Remembers which answers each connection of a server still owes, for `afterOpenAnswers`. */
export function watchAnswers(server: Server): void {
  server.on("request", (request: IncomingMessage, newest: Answer) => {
    const { open } = answersOf.get(request.socket) ?? { open: new Set() };
    answersOf.set(request.socket, { open: open.add(newest), newest });
    newest.on("close", onClosed);
  });
}

/**
 * Calls `refuse` once the responses to all earlier requests have been sent, so that the refusal of malformed bytes follows
 * them in order. Calls `cut` instead while a response is half written, because a refusal would be read as part of it, and
 * when the bytes belong to a request that already has its response.
 */
export function afterOpenAnswers(socket: Socket, { refuse, cut }: { refuse(): void; cut(): void }): void {
  const { open, newest } = answersOf.get(socket) ?? { open: new Set<Answer>(), newest: null };
  // A request whose body is not there yet is the broken one itself: the refusal is its answer, unless it has one.
  const own = newest?.req.complete === false ? newest : null;
  const before = [...open].filter((answer) => answer !== own).at(-1);
  if ([...open].some((answer) => answer.headersSent && !answer.writableEnded)) cut();
  else if (own?.headersSent && open.has(own)) own.once("close", cut);
  else if (own?.headersSent) cut();
  else if (before === undefined) refuse();
  else before.once("close", refuse);
}
