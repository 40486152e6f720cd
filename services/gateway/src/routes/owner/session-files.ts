import { Readable } from "node:stream";
import { AppError, newId, sessionFile, TEAM_FILE_MAX_BYTES, teamFileBody } from "@parley/contracts";
import { type HttpApp, JSON_TYPES } from "@parley/http";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { requireKnownForLargeBody } from "../../edge/callers/large-body.js";
import { withAllowed } from "../../files/allowed-file.js";
import { fileIdOf } from "../../files/file-id.js";
import { receiveFile } from "../../files/receive-file.js";
import { sendFile } from "../../files/send-file.js";
import { readTeamFileForm } from "../../files/team-file-form.js";
import { sessionParams } from "../params.js";
import { actOn, type Deps, ownerRoute } from "./owner-route.js";
import { ownerAccess } from "./principal.js";

const FORM = "multipart/form-data";
/** 10 MB as base64, and the JSON around it. */
const BODY_LIMIT_BYTES = 14_100_000;
/** What people usually send each other; wildcards never include types that can execute or hide something. */
const TYPES = [
  ...["image/*", "audio/*", "video/*", "text/plain", "application/pdf"],
  ...["wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation"].map(
    (kind) => `application/vnd.openxmlformats-officedocument.${kind}`,
  ),
];
const LIMITS = { types: TYPES, maxBytes: TEAM_FILE_MAX_BYTES, maxCount: 50 };

type UploadDeps = Deps<"bus" | "credentials" | "config">;

/** Accepts a file for a later reply. Idempotent by `Idempotency-Key`, else by the signature, within the session. */
const uploadRoute = ownerRoute({
  method: "POST",
  path: "/sessions/:id/files",
  summary: "Upload a file for the visitor",
  description:
    "As JSON with base64, or multipart/form-data with the part `file`. The type is found out from the bytes: pictures, sound, video, text, PDF and office documents, at most 10 MB, 50 for one session. The id goes into `files` of a reply; the visitor sees nothing before, and what is not sent within a day is removed. A body above 256 KiB needs a bearer token or a session of the console.",
  role: "operator",
  config: { mediaTypes: [...JSON_TYPES, FORM], repeatable: true },
  bodyLimit: BODY_LIMIT_BYTES,
  onRequest: (request, deps: UploadDeps) => requireKnownForLargeBody(request, deps),
  params: sessionParams,
  body: teamFileBody,
  answers: { 201: sessionFile },
  handle: async ({ principal, params, body, repeatable, reply }, { bus }: UploadDeps) => {
    const access = ownerAccess(principal, params.id);
    const key = repeatable.idempotency?.key ?? repeatable.signature;
    const fileId = key === null ? newId() : fileIdOf(access, `team ${key}`);
    const content = Readable.from([Buffer.from(body.content, "base64")]);
    const incoming = { content, name: body.name, mediaType: body.media_type ?? "" };
    reply.code(201);
    try {
      return await receiveFile(bus, { access, fileId, limits: LIMITS, byTeam: true }, incoming);
    } catch (error) {
      throw withAllowed(error, LIMITS);
    }
  },
});

/** Also accepts a form: its parser is registered for this one route. */
function uploadWithForm(app: HttpApp, deps: UploadDeps): void {
  void app.register(async (scope: HttpApp) => {
    // The body was already read and its signature checked: the parser gets the verified bytes.
    scope.addContentTypeParser(FORM, (request: FastifyRequest) =>
      readTeamFileForm(request.rawBody, request.headers["content-type"] ?? ""),
    );
    uploadRoute(scope, deps);
  });
}

/** A file that was sent in a session of the tenant, as a download. Operators and above. */
const downloadRoute = ownerRoute({
  method: "GET",
  path: "/sessions/:id/files/:file_id",
  summary: "Download a file of a session",
  role: "operator",
  records: actOn("session", "session.file.read"),
  params: sessionParams.extend({ file_id: z.string().max(64) }),
  answers: { 200: z.string().meta({ description: "The content, as an attachment" }) },
  handle: async ({ principal, params, reply }, { bus }) => {
    const { id, file_id: fileId } = params;
    const access = ownerAccess(principal, id);
    if (!z.uuid().safeParse(fileId).success) throw new AppError("file_not_found");
    return sendFile(bus, reply, { access, fileId });
  },
});

export const sessionFileRoutes = [uploadWithForm, downloadRoute];
