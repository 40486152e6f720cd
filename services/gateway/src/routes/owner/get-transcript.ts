import { getHistory, getSession, type HistoryMessage } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { wireSession } from "../../streams/audience.js";
import { sessionParams } from "../chat/schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";
import {
  asCsv,
  asHtml,
  asText,
  MEDIA_TYPES,
  TRANSCRIPT_FORMATS,
  type Transcript,
  type TranscriptFormat,
} from "./transcript-formats.js";

/** A link allows at most 1,000 messages a session and a backend is not limited: beyond this the transcript says that it is cut. */
const MAX_MESSAGES = 10_000;
const PAGE = 200;

/** What was said in a session of the tenant, as json, csv, txt or html; a download for all but json. A read; operators and above. */
export function getTranscriptRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Read the transcript of a session",
    description: "json (default), csv (safe against formulas), txt or html; the newest 10,000 messages, oldest first.",
    params: sessionParams,
    querystring: tenantQuery.extend({ format: z.enum(TRANSCRIPT_FORMATS).default("json") }),
    response: answers({ 200: z.unknown().meta({ description: "`{session, messages, truncated}`, or the file" }) }),
  };
  app.get("/sessions/:id/transcript", { schema, config: { role: "operator" } }, async (request, reply) => {
    const { tenantId } = tenantPrincipal(request);
    const access = { type: "hmac", tenantId, sessionId: request.params.id } as const;
    const { session } = await bus.call(getSession, { access });
    const messages: HistoryMessage[] = [];
    let cursor: string | null = null;
    do {
      const page: { data: HistoryMessage[]; nextCursor: string | null } = await bus.call(getHistory, {
        access,
        limit: PAGE,
        cursor,
      });
      messages.unshift(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== null && messages.length < MAX_MESSAGES);
    const { format } = request.query;
    if (format === "json") return { session: wireSession(session, "api"), messages, truncated: cursor !== null };
    return reply
      .header("content-type", MEDIA_TYPES[format])
      .header("content-disposition", `attachment; filename="${request.params.id}.${format}"`)
      .serializer((text: string) => text)
      .send(written({ session, messages }, format));
  });
}

function written(transcript: Transcript, format: Exclude<TranscriptFormat, "json">): string {
  switch (format) {
    case "csv":
      return asCsv(transcript);
    case "txt":
      return asText(transcript);
    case "html":
      return asHtml(transcript);
  }
}
