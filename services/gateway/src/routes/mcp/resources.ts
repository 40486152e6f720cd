import { type McpServer, ResourceNotFoundError, ResourceTemplate } from "@modelcontextprotocol/server";
import type { McpCaller } from "./caller.js";
import { completeAgent } from "./complete-agent.js";
import { runTool } from "./run-tool.js";
import type { Tool } from "./tool.js";

/** Resources that can be read by URI: each returns the answer of a reading tool, with the same role and switch. */
const RESOURCES = [
  {
    name: "links",
    uri: "parley://agents/{agent}/links",
    tool: "list_temporary_chat_links",
    title: "Chat links of an agent",
    inputOf: ({ agent }: Variables) => ({ agent }),
  },
  {
    name: "sessions",
    uri: "parley://agents/{agent}/links/{link}/sessions",
    tool: "list_temporary_chat_sessions",
    title: "Conversations on a chat link",
    inputOf: ({ agent, link }: Variables) => ({ agent, link_id: link }),
  },
  {
    name: "transcript",
    uri: "parley://sessions/{session}/transcript",
    tool: "get_temporary_chat_transcript",
    title: "What was said in a conversation",
    inputOf: ({ session }: Variables) => ({ session_id: session }),
  },
] as const;

type Variables = Record<string, string>;

/** Offers the resources whose tool the caller may use. */
export function addResources(server: McpServer, tools: readonly Tool[], { call, requestId }: McpCaller): void {
  for (const { name, uri, title, tool: toolName, inputOf } of RESOURCES) {
    const tool = tools.find((one) => one.name === toolName);
    if (tool === undefined) continue;
    const complete = { agent: (typed: string) => completeAgent(call, typed) };
    const template = new ResourceTemplate(uri, { list: undefined, complete });
    const described = { title, description: tool.description, mimeType: "application/json" };
    server.registerResource(name, template, described, async (address, variables, { mcpReq: { signal } }) => {
      const given = Object.entries(variables).map(([key, value]) => [key, decodeURIComponent(String(value))]);
      const { result, refused } = await runTool({
        tool,
        input: inputOf(Object.fromEntries(given)),
        call,
        requestId,
        signal,
      });
      if (refused !== null) throw new ResourceNotFoundError(address.href);
      const text = JSON.stringify(result.structuredContent);
      return { contents: [{ uri: address.href, mimeType: "application/json", text }] };
    });
  }
}
