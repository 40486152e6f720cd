import { agentView, pageOf } from "@parley/contracts";
import { z } from "zod";
import { defineTool, pageFields } from "../tool.js";

const listAgents = defineTool({
  name: "list_agents",
  title: "List agents",
  description:
    "The agents of the tenant, newest first. `mcp_tools` are the tools that may work on an agent; null = all.",
  input: z.strictObject(pageFields),
  output: pageOf(agentView),
  plan: (query) => ({ about: { type: "none" }, twin: { method: "GET", path: "/api/agents", query } }),
});

export const agentTools = [listAgents];
