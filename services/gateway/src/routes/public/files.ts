import type { IncomingMessage } from "node:http";
import multipart, { type MultipartFile } from "@fastify/multipart";
import { AppError, type AttachedFile, discardFile, newId } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { givenIdempotencyKey } from "../../edge/idempotency.js";
import { requireSession, takeLinkRate } from "../../edge/visit.js";
import { withAllowed } from "../../files/allowed-file.js";
import { fileIdOf } from "../../files/file-id.js";
import { receiveFile } from "../../files/receive-file.js";
import { sendFile } from "../../files/send-file.js";
import { answers, noContent } from "../declare-route.js";
import { tokenParams } from "../params.js";

/** The most a link can allow, and the form around it. */
const BODY_LIMIT_BYTES = 10_485_760 + 65_536;
/** How long the rest of a refused upload is read, so that its sender gets the answer instead of a broken connection. */
const REST_MS = 2_000;

const fileParams = tokenParams.extend({ file_id: z.string().max(64) });
const fileShown = z.object({ id: z.string(), name: z.string(), media_type: z.string(), bytes: z.int() });

/** Files of a visitor's session: upload, download, removal before they are sent. The only routes that take a form. */
export function visitorFilesRoutes(app: HttpApp, context: GatewayContext): void {
  void app.register(async (scope: HttpApp) => {
    await scope.register(multipart);
    uploadRoute(scope, context);
  });
  downloadRoute(app, context);
  removeRoute(app, context);
}

/** Accepts one file, to be sent with a later message. Idempotent by `Idempotency-Key` within the session. */
function uploadRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Upload a file",
    description:
      "multipart/form-data with one part `file`. The type is found out from the bytes; type, size and number are the link's. " +
      "The id goes into `files` of a message; what is not sent within a day is removed.",
    tags: ["public"],
    consumes: ["multipart/form-data"],
    params: tokenParams,
    response: answers({ 201: fileShown }),
  };
  const config = { checksOrigin: true, streamsBody: true, mediaTypes: ["multipart/form-data"] };
  app.post("/files/:token", { schema, config, bodyLimit: BODY_LIMIT_BYTES }, async (request, reply) => {
    try {
      const access = requireSession(request.visit);
      const { fileUploads } = request.visit.policy;
      if (!fileUploads.enabled) throw new AppError("feature_disabled");
      const key = givenIdempotencyKey(request);
      await takeLinkRate(context, { request, reply }, request.visit.sessionToken);
      const part = await partOf(request, fileUploads.maxBytes);
      const place = { access, fileId: key === null ? newId() : fileIdOf(access, key), limits: fileUploads };
      const incoming = { content: part.file, name: part.filename, mediaType: part.mimetype };
      const stored: AttachedFile = await receiveFile(context.bus, place, incoming);
      return await reply.code(201).send(stored);
    } catch (error) {
      await readRest(request.raw);
      if (!request.raw.readableEnded) reply.header("connection", "close");
      throw withAllowed(error, request.visit.policy.fileUploads);
    }
  });
}

async function partOf(request: FastifyRequest, maxBytes: number): Promise<MultipartFile> {
  // One byte more than allowed: the code that counts the bytes decides whether there are too many.
  const limits = {
    fileSize: maxBytes + 1,
    files: 1,
    fields: 4,
    parts: 5,
    fieldSize: 1_024,
    fieldNameSize: 100,
    headerPairs: 20,
  };
  const invalid = (cause?: unknown): AppError =>
    new AppError("validation_failed", {
      cause,
      errors: [{ pointer: "/file", rule: "required", message: "must be one file" }],
    });
  const part = await request.file({ limits, throwFileSizeLimit: false }).catch((cause: unknown) => {
    throw invalid(cause);
  });
  if (part?.fieldname !== "file") throw invalid();
  return part;
}

async function readRest(raw: IncomingMessage): Promise<void> {
  if (raw.readableEnded || raw.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      raw.off("end", done).off("close", done).off("error", done);
      resolve();
    };
    const timer = setTimeout(done, REST_MS);
    raw.unpipe();
    raw.on("end", done).on("close", done).on("error", done).resume();
  });
}

/** A file of this visitor's session, as a download. A read. */
function downloadRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    summary: "Download a file of the conversation",
    tags: ["public"],
    params: fileParams,
    response: answers({ 200: z.string().meta({ description: "The content, as an attachment" }) }),
  };
  app.get("/files/:token/:file_id", { schema }, async (request, reply) => {
    const access = requireSession(request.visit);
    return sendFile(bus, reply, { access, fileId: givenFileId(request.params.file_id) });
  });
}

/** Removes a file before it is sent. Idempotent; a sent file stays. */
function removeRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    summary: "Delete an unsent file",
    tags: ["public"],
    params: fileParams,
    response: answers({ 204: noContent }),
  };
  app.delete("/files/:token/:file_id", { schema, config: { checksOrigin: true } }, async (request, reply) => {
    const access = requireSession(request.visit);
    await bus.call(discardFile, { access, fileId: givenFileId(request.params.file_id) });
    return reply.code(204).send(null);
  });
}

function givenFileId(given: string): string {
  const id = z.uuid().safeParse(given);
  if (!id.success) throw new AppError("file_not_found");
  return id.data;
}
