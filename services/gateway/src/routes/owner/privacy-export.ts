import { Readable } from "node:stream";
import type { Bus } from "@parley/bus";
import { type Act, emailAddress, privacyExportBody } from "@parley/contracts";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { exportOf } from "../../privacy-export/export-person.js";
import { zipStream } from "../../privacy-export/zip-stream.js";
import type { MediaAnswer } from "../declare-route.js";
import { tenantQuery } from "../params.js";
import { ownerRoute } from "./owner-route.js";
import type { TenantPrincipal } from "./principal.js";

const zipFile: MediaAnswer = {
  description: "Zip of JSON and pages to read; `index.html` leads to everything",
  content: { "application/zip": { schema: z.string() } },
};
/** Entries do not name the person, because they remain when the person is erased. */
const exported = (): Act => ({ action: "privacy.exported", targetType: "person", targetId: null });
const about = {
  summary: "Export the data of a person",
  role: "admin",
  records: exported,
  config: { longLived: true },
  answers: { 200: zipFile },
} as const;

/** The same as `POST`, for a browser; the address is in the query. A read. */
const getRoute = ownerRoute({
  ...about,
  method: "GET",
  path: "/privacy/export",
  description:
    "Sessions with transcripts, files, ratings and escalations; what agents remember, with history; confirmations, access requests, links and mails. With `POST` the address stands in no URL.",
  query: tenantQuery.extend({ email: emailAddress }),
  handle: async ({ principal, query: { email }, reply }, { bus }) => send(bus, reply, { principal, email }),
});

/** Exports what is stored about a person, without the address in the URL. A read. */
const postRoute = ownerRoute({
  ...about,
  method: "POST",
  path: "/privacy/export",
  description: "As `GET`, without the address in the URL. It changes nothing.",
  body: privacyExportBody,
  handle: async ({ principal, body: { email }, reply }, { bus }) => send(bus, reply, { principal, email }),
});

/** Generated while it is read; a failure cuts the connection, so that a partial export never looks complete. */
function send(bus: Bus, reply: FastifyReply, person: { principal: TenantPrincipal; email: string }): FastifyReply {
  const at = new Date();
  return reply
    .header("content-type", "application/zip")
    .header("content-disposition", `attachment; filename="export-${at.toISOString().slice(0, 10)}.zip"`)
    .header("cache-control", "private, no-store")
    .send(Readable.from(zipStream(exportOf(bus, { ...person, at }), at), { objectMode: false, highWaterMark: 1 }));
}

export const privacyExportRoutes = [getRoute, postRoute];
