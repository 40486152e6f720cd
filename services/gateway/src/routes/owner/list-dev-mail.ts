import { devMail } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers, queryInteger } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";

const query = tenantQuery.extend({ limit: queryInteger(1, 200).default(50) });
const text = z.string();
const mails = z.object({
  data: z.array(z.object({ id: text, to: text, subject: text, text, created_at: text })),
});

/** Mails kept because no mail server is configured, newest first; 404 where one is. A read. */
export function devMailRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List the mails of the development mailbox",
    querystring: query,
    response: answers({ 200: mails }),
  };
  app.get("/dev/mail", { schema, config: { role: "admin" } }, async (request) =>
    bus.call(devMail, { principal: tenantPrincipal(request), limit: request.query.limit }),
  );
}
