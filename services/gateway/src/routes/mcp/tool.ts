import { type McpTool, parseOrRefuse, type Role } from "@parley/contracts";
import { z } from "zod";
import type { TwinCall } from "./call-twin.js";
import type { Following } from "./follow.js";

/** Hints for the client's user; the server relies on none of them. */
interface Effects {
  /** It may delete or overwrite existing data. */
  destructive: boolean;
  /** Repeating the same call changes nothing more, even without an idempotency key. */
  idempotent: boolean;
}

/** What a call works on; determines the agent whose switch counts. */
export type Subject =
  | { type: "agent"; agent: string }
  | { type: "session"; id: string }
  | { type: "escalation"; id: string }
  | { type: "schedule"; id: string }
  | { type: "none" };

/** What one call of a tool does. */
export interface Plan {
  about: Subject;
  /** The agent that the object would belong to afterwards; its switch counts too. */
  nextAgent?: string | undefined;
  twin: TwinCall;
  /** Read by a dry run to check that the object to change exists. */
  target?: TwinCall;
  /** The twin's own dry run, if it has one. */
  dryTwin?: TwinCall;
  /** For clients that want progress reports. */
  follow?: (answer: Record<string, unknown>) => Following;
  /** Default: whether the tool has effects. */
  writes?: boolean;
  /** The twin lists things of several agents (`data[].agent_id`): those whose agent has the tool switched off are left out. */
  ofManyAgents?: true;
  /** Shortens the twin's answer for a model. */
  shorten?: (answer: Record<string, unknown>) => Record<string, unknown>;
}

/** One tool: how it is described, and which call of the HTTP interface it makes. */
export interface Tool {
  name: McpTool | "list_agents";
  title: string;
  description: string;
  /** Minimum role, the same as the twin's; callers below it do not see the tool. */
  role: Role;
  /** Null: it only reads. */
  effects: Effects | null;
  /** The answer contains text of strangers, or something is sent to them. */
  openWorld: boolean;
  input: z.ZodObject;
  /** The answer of its twin. */
  output: z.ZodType;
  /** The twin's body, for a dry run. */
  body: z.ZodType | null;
  /** Throws `validation_failed` for invalid input of the tool. */
  plan: (input: unknown) => Plan;
}

interface ToolSpec<I extends z.ZodObject> extends Pick<Tool, "name" | "title" | "description" | "output"> {
  role?: Role;
  effects?: Effects;
  openWorld?: boolean;
  input: I;
  body?: z.ZodType;
  plan: (input: z.output<I>) => Plan;
}

/** A tool whose plan takes the parsed input. */
export function defineTool<I extends z.ZodObject>(spec: ToolSpec<I>): Tool {
  const { role = "viewer", effects = null, openWorld = false, body = null } = spec;
  return { ...spec, role, effects, openWorld, body, plan: (input) => spec.plan(parseOrRefuse(spec.input, input)) };
}

/** Additional input of every tool that changes something. */
export const steering = {
  dry_run: z.boolean().optional().describe("Checks the call and reports what it would do, without doing it"),
  idempotency_key: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional()
    .describe("A name for this call, of your choice: a repeat within 24 hours is not carried out again"),
};

/** The fields of an input that its twin takes in its body. */
export function bodyOf(input: Record<string, unknown>, ...others: string[]): Record<string, unknown> {
  const dropped = new Set([...others, ...Object.keys(steering)]);
  return Object.fromEntries(Object.entries(input).filter(([name, value]) => !dropped.has(name) && value !== undefined));
}

export const agentField = z.string().min(1).max(255).describe("Name, slug or id of the agent (list_agents lists them)");
export const pageFields = {
  limit: z.int().min(1).max(200).optional().describe("Default 50"),
  cursor: z.string().min(1).max(500).optional().describe("`next_cursor` of the page before"),
};

/** Path of an agent, and of what belongs to it. */
export const agentPath = (agent: string, ...more: string[]): string =>
  ["/api/agents", ...[agent, ...more].map(encodeURIComponent)].join("/");
