import { createMcpHandler, type McpRequestContext } from "@modelcontextprotocol/server";
import type { Logger } from "@parley/observability";
import type { McpCaller } from "./caller.js";
import { makeServer } from "./make-server.js";

/** Maximum open notification streams; nothing here sends notifications. */
const MAX_SUBSCRIPTIONS = 16;

/** Answers requests of the protocol, each for the caller registered for it. */
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
