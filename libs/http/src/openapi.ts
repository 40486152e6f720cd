import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { createJsonSchemaTransform } from "fastify-type-provider-zod";
import type { HttpApp } from "./server.js";

export interface OpenApiInfo {
  title: string;
  version: string;
  description: string;
  /** Server address in the document; absent = relative. */
  url?: string;
}

/** swagger-ui is built without inline scripts, but it sets style attributes and draws its arrows from data URLs. */
const DOCS_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Collects the routes registered after this call into an OpenAPI 3.1 document; `app.swagger()` gives it when ready. */
export async function collectOpenApi(app: HttpApp, info: OpenApiInfo): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: info.title,
        version: info.version,
        description: info.description,
        license: { name: "Apache-2.0" },
      },
      servers: [{ url: info.url ?? "/" }],
      components: {
        securitySchemes: {
          hmac: {
            type: "apiKey",
            in: "header",
            name: "X-Signature",
            description:
              "hex(HMAC-SHA256(key, X-Timestamp + X-Nonce? + METHOD + path with query + sha256hex(body))). X-Key-Id selects the key; without it the default key counts.",
          },
          token: { type: "http", scheme: "bearer", description: "Management token `ak_…`" },
          session: { type: "http", scheme: "bearer", description: "Session token `ps_…`, or the cookie of the link" },
        },
      },
    },
    transform: createJsonSchemaTransform({ zodToJsonConfig: { unrepresentable: "any" } }),
  });
}

/** Serves `/openapi.json` and a readable page at `/docs`. */
export async function serveOpenApi(app: HttpApp): Promise<void> {
  await app.register(swaggerUi, { routePrefix: "/docs", staticCSP: DOCS_CSP, uiConfig: { deepLinking: true } });
  app.get("/openapi.json", { schema: { hide: true } }, async (_request, reply) => {
    reply.header("cache-control", "public, max-age=300");
    return reply.send(app.swagger());
  });
}
