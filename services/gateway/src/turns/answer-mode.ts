import type { FastifyRequest } from "fastify";

/** How the caller wants the answer of a turn: by waiting, later, or streamed. */
export type AnswerMode = "wait" | "async" | "stream";

export function answerModeOf(request: FastifyRequest, query: { stream?: string | undefined }): AnswerMode {
  const { accept, prefer } = request.headers;
  if (accept?.includes("text/event-stream")) return "stream";
  const wantsAsync = typeof prefer === "string" && /(?:^|[,\s])respond-async(?:$|[,;\s])/i.test(prefer);
  return wantsAsync || query.stream === "true" ? "async" : "wait";
}
