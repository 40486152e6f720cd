import { AppError } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { sendFile } from "../../files/send-file.js";
import { answers } from "../../schemas.js";
import { sessionParams } from "../chat/schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";

/** A file that was sent in a session of the tenant, as a download. A read; operators and above. */
export function getSessionFileRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Download a file of a session",
    params: sessionParams.extend({ file_id: z.string().max(64) }),
    querystring: tenantQuery,
    response: answers({ 200: z.string().meta({ description: "The bytes, as an attachment" }) }),
  };
  app.get("/sessions/:id/files/:file_id", { schema, config: { role: "operator" } }, async (request, reply) => {
    const { tenantId } = tenantPrincipal(request);
    const { id, file_id } = request.params;
    if (!z.uuid().safeParse(file_id).success) throw new AppError("file_not_found");
    const access = { type: "hmac", tenantId, sessionId: id } as const;
    return sendFile(bus, reply, { access, fileId: file_id });
  });
}
