import { AppError } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../../context.js";
import { guard } from "../../edge/callers/authenticate.js";
import { isTrustedOrigin } from "../../edge/callers/own-site.js";
import { twinCaller } from "./call-twin.js";
import type { McpCaller } from "./caller.js";
import type { makeHandler } from "./make-handler.js";

const METADATA = "/.well-known/oauth-protected-resource";
/** Headers that the protocol reads, in addition to those that begin with `mcp-`. */
const NEEDED = new Set(["accept", "content-type", "last-event-id"]);

/**
 * The MCP server: `POST /mcp`, streamable HTTP without sessions, so that any replica answers any request. Tools make calls of the HTTP
 * interface as the holder of the bearer token; signed requests and the console's cookie open nothing here.
 */
export async function registerMcp(app: HttpApp, context: GatewayContext): Promise<void> {
  const resource = `${context.config.PUBLIC_URL}/mcp`;
  // RFC 9728: at the root, and at the root followed by the path of the resource.
  for (const path of [METADATA, `${METADATA}/mcp`])
    app.get(path, { schema: { hide: true } }, async () => metadata(resource));
  await app.register(async (scope: HttpApp) => {
    const challenge = `Bearer realm="parley", resource_metadata="${context.config.PUBLIC_URL}${METADATA}/mcp"`;
    scope.addHook("onRequest", async ({ headers }) => {
      if (headers.origin !== undefined && !isTrustedOrigin(headers, context.config.PUBLIC_URL))
        throw new AppError("forbidden", { internal: "a page of another site" });
    });
    guard(scope, context, { surface: "management", ownsPrefix: false, bearerOnly: challenge });
    const callers = new WeakMap<Request, McpCaller>();
    // Loaded with the first request: the protocol library would be a large part of the gateway's start.
    let made: Promise<ReturnType<typeof makeHandler>> | undefined;
    const handlerOf = (): Promise<ReturnType<typeof makeHandler>> => {
      made ??= import("./make-handler.js").then((module) => module.makeHandler(callers, context.logger));
      return made;
    };
    scope.addHook("preClose", async () => (await made)?.close());
    scope.route({
      method: ["GET", "POST", "DELETE"],
      url: "/mcp",
      schema: { hide: true },
      handler: async (request, reply) => {
        const asked = webRequest(request, reply);
        callers.set(asked, mcpCaller(app, context, request));
        const handler = await handlerOf();
        const answer = await handler.fetch(asked, { parsedBody: request.body });
        // The headers of this server's own answers are stricter.
        for (const name of ["cache-control", "connection"]) answer.headers.delete(name);
        return reply.send(answer);
      },
    });
  });
}

const metadata = (resource: string) => ({
  resource,
  resource_name: "Parley",
  bearer_methods_supported: ["header"],
  scopes_supported: [],
});

/** The request in the SDK's form, without the token; its signal fires when the client disconnects. */
function webRequest({ method, url, headers }: FastifyRequest, reply: FastifyReply): Request {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  const passed = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === "string" && (name.startsWith("mcp-") || NEEDED.has(name))) passed.set(name, value);
  }
  return new Request(new URL(url, "http://localhost"), { method, headers: passed, signal: gone.signal });
}

function mcpCaller(app: HttpApp, { logger, clock }: GatewayContext, request: FastifyRequest): McpCaller {
  return {
    principal: request.caller.principal,
    requestId: request.id,
    call: twinCaller(app, request),
    now: clock.now,
    onCalled: (tool, refused, ms) => logger.info({ tool, refused, ms: Math.round(ms) }, "mcp.tool_called"),
  };
}
