import { analyticsBy, analyticsChannel, analyticsFrame, analyticsQuestion } from "@parley/contracts";
import { z } from "zod";
import { agentField, defineTool } from "../tool.js";

const row = z.looseObject({ group: z.string(), label: z.string().nullable() });

const getAnalytics = defineTool({
  name: "get_analytics",
  title: "Ask about all conversations",
  description:
    "Numbers of one agent, or of all of them without `agent`: usage, funnel, nodes (where people leave), response-times, cost, satisfaction, countries, security, escalations; in total or by day, hour, agent, link, version or channel. Whole days in UTC.",
  input: z.strictObject({
    question: analyticsQuestion,
    agent: agentField.optional(),
    link_id: z.uuid().optional(),
    version: z.int().min(1).optional(),
    channel: analyticsChannel.optional(),
    by: analyticsBy.optional(),
    days: z.int().min(1).max(400).optional().describe("Default 30, up to `to`"),
    from: z.iso.date().optional(),
    to: z.iso.date().optional().describe("Inclusive; default today"),
  }),
  output: z.object({ ...analyticsFrame, data: z.array(row) }),
  plan: ({ question, ...query }) => ({
    about: query.agent === undefined ? { type: "none" } : { type: "agent", agent: query.agent },
    twin: { method: "GET", path: `/api/analytics/${question}`, query },
  }),
});

export const analyticsTools = [getAnalytics];
