import { createMcpHandler, type McpRequestContext } from "@modelcontextprotocol/server";
import type { Logger } from "@parley/observability";
import type { McpCaller } from "./caller.js";
import { makeServer } from "./make-server.js";

/** Streams that may be open for news; nothing here announces any. */
const MAX_SUBSCRIPTIONS = 16;

/** Answers requests of the protocol, each for the caller that is noted for it. */
export const makeHandler = (callers: WeakMap<Request, McpCaller>, logger: Logger) =>
  createMcpHandler((given) => makeServer(callerOf(callers, given)), {
    maxSubscriptions: MAX_SUBSCRIPTIONS,
    onerror: (error) => logger.debug({ err: error }, "mcp.refused"),
  });

function callerOf(callers: WeakMap<Request, McpCaller>, { requestInfo }: McpRequestContext): McpCaller {
  const caller = requestInfo && callers.get(requestInfo);
  if (caller === undefined) throw new Error("an MCP server was asked for without its request");
  return caller;
}
