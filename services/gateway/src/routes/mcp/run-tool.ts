import type { CallToolResult } from "@modelcontextprotocol/server";
import { AppError, type ErrorCode, fieldErrors, isErrorCode } from "@parley/contracts";
import { toProblem } from "@parley/http";
import { z } from "zod";
import type { CallTwin, TwinAnswer, TwinCall } from "./call-twin.js";
import { follow, type Progress } from "./follow.js";
import { agentPath, type Plan, type Subject, steering, type Tool } from "./tool.js";

/** One call of a tool. */
export interface ToolCall {
  tool: Tool;
  input: unknown;
  call: CallTwin;
  requestId: string;
  /** Set for a client that wants progress reports. */
  progress?: Progress | undefined;
  /** Fires when the client has disconnected. */
  signal: AbortSignal;
}

export interface ToolRun {
  result: CallToolResult;
  /** Code of the refusal; null = the call succeeded. */
  refused: ErrorCode | null;
}

/** A refusal by a twin, with its problem document. */
class Refusal extends Error {
  constructor(readonly problem: Record<string, unknown>) {
    super(String(problem.code));
  }
}

/**
 * Executes a call: checks the agent's switch first, then calls the twin, or for a dry run checks what it can without it. A refusal is a
 * result with `isError` and the problem document as text, so that the model can correct itself. As idempotent as its twin.
 */
export async function runTool(run: ToolCall): Promise<ToolRun> {
  try {
    return { result: shown(await outcomeOf(run)), refused: null };
  } catch (error) {
    const problem = problemOf(error, run.requestId);
    const code = String(problem.code);
    const content = [{ type: "text" as const, text: JSON.stringify(problem) }];
    return { result: { isError: true, content }, refused: isErrorCode(code) ? code : "internal" };
  }
}

function problemOf(error: unknown, requestId: string): Record<string, unknown> {
  if (error instanceof Refusal) return error.problem;
  if (error instanceof AppError) return toProblem(error, requestId);
  throw error;
}

const shown = (structuredContent: Record<string, unknown>): CallToolResult => ({
  content: [{ type: "text", text: JSON.stringify(structuredContent) }],
  structuredContent,
});

const steered = z.object(steering);

async function outcomeOf({ tool, input, call, ...reader }: ToolCall): Promise<Record<string, unknown>> {
  const plan = tool.plan(input);
  const { dry_run: isDry = false, idempotency_key: key } = steered.parse(input);
  await requireSwitch(tool, plan.about, call);
  if (plan.nextAgent !== undefined) await requireSwitch(tool, { type: "agent", agent: plan.nextAgent }, call);
  if (isDry && (plan.writes ?? tool.effects !== null)) return dryRun(tool, plan, call);
  const given = await accepted(call, plan.twin, key);
  const { progress, signal } = reader;
  const ask = (twin: TwinCall) => accepted(call, twin);
  const ended =
    plan.follow === undefined || progress === undefined
      ? given
      : await follow(plan.follow(given), { ask, progress, signal });
  const answer = plan.ofManyAgents === true ? await ofSwitchedOn(tool, ended, call) : ended;
  const result = plan.shorten?.(answer) ?? answer;
  return tool.effects === null ? result : { dry_run: false, result };
}

const ofAgent = z.object({ agent_id: z.string() });
const switched = z.object({ mcp_tools: z.array(z.string()).nullable() });

/** Throws `tool_disabled` when the agent has this tool switched off. */
async function requireSwitch(tool: Tool, about: Subject, call: CallTwin): Promise<void> {
  if (about.type === "none") return;
  const agent = await agentOf(about, call);
  if (!(await isSwitchedOn(tool, { agent, mayBeGone: about.type !== "agent" }, call)))
    throw new AppError("tool_disabled");
}

async function isSwitchedOn(tool: Tool, of: { agent: string; mayBeGone: boolean }, call: CallTwin): Promise<boolean> {
  const found = await call({ method: "GET", path: agentPath(of.agent) });
  // The remains of a deleted agent have no switch.
  if (found.status === 404 && of.mayBeGone) return true;
  const { mcp_tools: allowed } = switched.parse(granted(found));
  return allowed === null || allowed.includes(tool.name);
}

const listed = z.looseObject({ data: z.array(z.looseObject({ agent_id: z.string() })) });

async function ofSwitchedOn(tool: Tool, answer: Record<string, unknown>, call: CallTwin) {
  const list = listed.parse(answer);
  const agents = [...new Set(list.data.map((item) => item.agent_id))];
  const asked = agents.map(
    async (agent) => [agent, await isSwitchedOn(tool, { agent, mayBeGone: true }, call)] as const,
  );
  const isOn = new Map(await Promise.all(asked));
  return { ...list, data: list.data.filter((item) => isOn.get(item.agent_id)) };
}

async function agentOf(about: Exclude<Subject, { type: "none" }>, call: CallTwin): Promise<string> {
  if (about.type === "agent") return about.agent;
  const path = `/api/${about.type}s/${encodeURIComponent(about.id)}`;
  return ofAgent.parse(await accepted(call, { method: "GET", path })).agent_id;
}

/** Refuses a body that the twin would refuse, and calls about something that does not exist. */
async function dryRun(tool: Tool, plan: Plan, call: CallTwin): Promise<Record<string, unknown>> {
  if (plan.dryTwin !== undefined) return { dry_run: true, result: await accepted(call, plan.dryTwin) };
  const { method, path, body } = plan.twin;
  const checked = tool.body?.safeParse(body ?? {});
  if (checked?.success === false)
    throw new AppError("validation_failed", { errors: fieldErrors(checked.error, { prefix: "" }) });
  if (plan.target !== undefined) await accepted(call, plan.target);
  return { dry_run: true, would: { method, path, ...(body === undefined ? {} : { body }) } };
}

const accepted = async (call: CallTwin, twin: TwinCall, key?: string): Promise<Record<string, unknown>> =>
  granted(await call(twin, key));

function granted({ status, body }: TwinAnswer): Record<string, unknown> {
  if (status >= 400) throw new Refusal(body);
  return body;
}
