import swagger from "@fastify/swagger";
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from "fastify-type-provider-zod";
import type { HttpApp } from "./http-app.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The route does its work once for an `Idempotency-Key`; it is documented so. */
    repeatable?: boolean;
  }
}

/** Only documented here: routes read the header themselves, because an invalid key gets an error of its own. */
const REPEATABLE_HEADERS = {
  type: "object",
  properties: {
    "Idempotency-Key": {
      type: "string",
      minLength: 1,
      maxLength: 255,
      description:
        "Visible characters. A repeat with the same key and body gets the first answer with `Idempotent-Replayed: true`, for 24 hours; another body is 422 `idempotency_key_reused`.",
    },
  },
};

interface OpenApiInfo {
  title: string;
  version: string;
  description: string;
  /** Server address in the document; absent = relative. */
  url?: string;
}

/** Collects the routes registered after this call into an OpenAPI 3.1 document; `app.swagger()` gives it when ready. */
export async function collectOpenApi(app: HttpApp, info: OpenApiInfo): Promise<void> {
  const options = { zodToJsonConfig: { unrepresentable: "any" as const } };
  const transform = createJsonSchemaTransform(options);
  const withComponents = createJsonSchemaTransformObject(options);
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
              "hex(HMAC-SHA256(key, X-Timestamp + X-Nonce? + METHOD + path with query + sha256hex(body))). X-Key-Id selects the key; without it the default key counts. A key may what its scopes say: `chat` opens `/api/chat/*`, `read`, `write` and `manage` open management as operator (reading only), editor and admin.",
          },
          token: { type: "http", scheme: "bearer", description: "Management token `ak_…`" },
          session: { type: "http", scheme: "bearer", description: "Session token `ps_…`, or the cookie of the link" },
        },
      },
    },
    transformObject: (document) => withoutUnusedSchemas(withComponents(document)),
    transform: (route) => {
      const { schema, url } = transform(route);
      const isRepeatable = route.route.config?.repeatable === true;
      return { schema: isRepeatable ? { ...schema, headers: REPEATABLE_HEADERS } : schema, url };
    },
  });
}

/** Each named schema is generated as a body and as an answer; removes the forms that no route refers to. */
function withoutUnusedSchemas<D extends { paths?: unknown; components?: { schemas?: Record<string, unknown> } }>(
  document: D,
): D {
  const schemas = document.components?.schemas ?? {};
  const used = new Set<string>();
  const follow = (part: unknown): void => {
    for (const [, name = ""] of JSON.stringify(part ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      follow(schemas[name]);
    }
  };
  follow(document.paths);
  for (const name of Object.keys(schemas)) if (!used.has(name)) delete schemas[name];
  return document;
}

/** Serves the document of all routes at `/openapi.json`. */
export function serveOpenApi(app: HttpApp): void {
  app.get("/openapi.json", { schema: { hide: true } }, async (_request, reply) => {
    reply.header("cache-control", "public, max-age=300");
    return reply.send(app.swagger());
  });
}
