import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { workflowSettings } from "@parley/contracts";
import { createScriptedModel, type ModelHints, type ModelMessage } from "@parley/llm";
import {
  type CallEffect,
  type CallResult,
  type CompiledWorkflow,
  compile,
  type Effect,
  type EngineEvent,
  initialState,
  step,
  type TurnOutcome,
  validateDocument,
} from "@parley/workflow";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const FOLDER = fileURLToPath(new URL("../../examples/workflow/", import.meta.url));

/** What an example says beside its document: the conversation, and what the world answers. */
const example = z.object({
  "x-conversation": z
    .array(
      z.strictObject({
        /** Absent = the session opens. */
        say: z.string().optional(),
        /** A turn without words: a timeout was over, or a human gave the session back. */
        event: z.enum(["timer", "hand_back"]).optional(),
        secondsInNode: z.number().default(0),
        path: z.array(z.string()).default([]),
        reply: z.string(),
        variables: z.record(z.string(), z.unknown()).nullable().optional(),
        ended: z.boolean().default(false),
      }),
    )
    .min(1),
  /** Answers to HTTP calls, in order. */
  "x-http": z
    .array(
      z.union([
        z.strictObject({ status: z.int(), body: z.string(), expect: z.record(z.string(), z.unknown()).optional() }),
        z.strictObject({ fails: z.string() }),
      ]),
    )
    .default([]),
  /** Other agents of the tenant, by id. */
  "x-agents": z.record(z.string(), z.unknown()).default({}),
});
type Example = z.output<typeof example>;

function compiled(document: unknown): CompiledWorkflow {
  const checked = validateDocument(document);
  expect(checked.issues.filter(({ severity }) => severity === "error")).toEqual([]);
  if (!checked.document) throw new Error("the example is not valid");
  return compile(checked.document);
}

/** Plays an example with the scripted model, as a runner would. */
class Conversation {
  private workflow: CompiledWorkflow;
  private state;
  private readonly model = createScriptedModel();
  private readonly messages: ModelMessage[] = [];
  private readonly http;

  constructor(
    document: unknown,
    private readonly given: Example,
  ) {
    this.workflow = compiled(document);
    this.state = initialState(this.workflow);
    this.http = [...given["x-http"]];
  }

  async turn(event: EngineEvent): Promise<TurnOutcome> {
    if (event.type === "user.message") this.messages.push({ role: "user", content: event.text });
    let result = step(this.workflow, this.state, event);
    for (let calls = 0; calls < 100; calls += 1) {
      for (const effect of result.effects) {
        if (effect.type === "speak") this.messages.push({ role: "assistant", content: effect.text });
      }
      const last: Effect | undefined = result.effects.at(-1);
      this.state = result.state;
      if (last?.type === "turn.done") return last.outcome;
      if (!last || !("callId" in last)) throw new Error(`the turn ended with ${last?.type}`);
      const answer = await this.answer(last);
      const { callId } = last;
      result = step(
        this.workflow,
        result.state,
        "fails" in answer
          ? { type: "call.failed", callId, code: answer.fails }
          : { type: "call.done", callId, result: answer },
      );
      if ("workflow" in answer) this.workflow = answer.workflow;
    }
    throw new Error("the turn does not end");
  }

  /** Answers that nobody asked for. */
  get unused(): number {
    return this.http.length;
  }

  private async answer(call: CallEffect): Promise<CallResult | { fails: string }> {
    const { messages } = this;
    const options = { signal: new AbortController().signal };
    switch (call.type) {
      case "api.call": {
        const answer = this.http.shift();
        if (!answer || "fails" in answer) return answer ?? { fails: "the example has no answer left" };
        if (answer.expect) expect(call).toMatchObject(answer.expect);
        return { type: "api", status: answer.status, body: answer.body };
      }
      case "agent.load": {
        const document = this.given["x-agents"][call.targetAgentId];
        if (document === undefined) return { fails: "agent_not_found" };
        return { type: "agent", agentId: call.targetAgentId, version: 1, workflow: compiled(document) };
      }
      case "llm.reply": {
        const request = { system: call.system, messages, settings: settings(call), hints: this.hints(call) };
        return { type: "reply", text: (await this.model.reply(request, options)).text };
      }
      case "llm.extract": {
        const { variables } = call;
        const request = { variables, messages, settings: settings(call), hints: this.hints(call) };
        return { type: "extraction", values: (await this.model.extract(request, options)).values };
      }
      case "llm.classify": {
        const { intents, text } = call;
        const request = { intents, text, messages, settings: settings(call), hints: this.hints(call) };
        const { intent, confidence, also = [] } = await this.model.classify(request, options);
        return { type: "classification", matches: [{ intent, confidence }, ...also] };
      }
    }
  }

  private hints(call: CallEffect): ModelHints {
    const scripted = this.workflow.document.workflow["x-scripted"];
    const { name: agentName } = this.workflow.document.agent;
    const nodeName = this.workflow.nodes.get(call.nodeId)?.name ?? null;
    const hints = { agentName, nodeId: call.nodeId, nodeName, variables: this.state.variables };
    return scripted ? { ...hints, scripted } : hints;
  }
}

function eventOf({ say, event, secondsInNode }: Example["x-conversation"][number]): EngineEvent {
  if (event === "timer") return { type: "timer.fired", secondsInNode };
  if (event === "hand_back") return { type: "handed_back" };
  return say === undefined ? { type: "session.opened" } : { type: "user.message", text: say, secondsInNode };
}

const settings = (call: { model: { temperature: number; max_tokens: number } }) => ({
  temperature: call.model.temperature,
  max_tokens: call.model.max_tokens,
});

const files = readdirSync(FOLDER).filter((file) => file.endsWith(".yaml"));

describe("the examples of docs/workflow.md", () => {
  it.each(files)("%s runs as described", async (file) => {
    const document: unknown = parse(readFileSync(FOLDER + file, "utf8"));
    const given = example.parse(document);
    const conversation = new Conversation(document, given);
    for (const line of given["x-conversation"]) {
      const outcome = await conversation.turn(eventOf(line));
      expect({
        path: outcome.transitions.map(
          ({ from_node, to_node, condition }) => `${from_node} > ${to_node} (${condition})`,
        ),
        reply: outcome.response,
        ended: outcome.session_ended,
        ...(line.variables === undefined ? {} : { variables: outcome.extracted_variables }),
      }).toEqual({
        path: line.path,
        reply: line.reply,
        ended: line.ended,
        ...(line.variables === undefined ? {} : { variables: line.variables }),
      });
    }
    expect(conversation.unused).toBe(0);
  });

  it("are all named in the reference, and the reference names no others", () => {
    const reference = readFileSync(new URL("../../docs/workflow.md", import.meta.url), "utf8");
    const named = [...reference.matchAll(/examples\/workflow\/([\w-]+\.yaml)/g)].map(([, file]) => file);
    expect([...new Set(named)].sort()).toEqual([...files].sort());
  });

  it("belong to a reference that describes every setting of a workflow", () => {
    const reference = readFileSync(new URL("../../docs/workflow.md", import.meta.url), "utf8");
    const [settings = ""] = reference.split("\n## ").filter((section) => section.startsWith("Settings\n"));
    const described = [...settings.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, names = ""]) => names.match(/\w+/g) ?? []);
    const known = Object.keys(workflowSettings.shape).filter((name) => name !== "nodes" && !name.startsWith("x-"));
    expect(described.sort()).toEqual(known.sort());
  });
});
