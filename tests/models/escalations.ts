import { randomUUID } from "node:crypto";
import type { ApiClient, HttpAnswer } from "@parley/testkit";
import fc from "fast-check";
import { expect } from "vitest";
import type { Tenant } from "../cluster/owner.js";

type Name = "Mira" | "Jo";

/** One conversation: who has it, and all that was said in it. */
export interface EscalationModel {
  hasEnded: boolean;
  /** The newest escalation: open, with an operator, or over. */
  state: "none" | "open" | "assigned" | "resolved";
  operator: Name | null;
  /** How often a human was asked for since the last one was done. */
  escalations: number;
  said: [role: string, content: string, author: string | null][];
}

export interface EscalationReal {
  tenant: Tenant;
  visitor: ApiClient;
  link: { token: string };
  sessionId: string;
  operators: Record<Name, { id: string; client: ApiClient }>;
  /** Of the newest escalation. */
  id: string | null;
  met: Set<string>;
}

/** What each call can come to. */
export const ESCALATION_OUTCOMES = [
  ...["ask 200", "ask 410 session_ended", "say 200 answered", "say 200 silent", "say 410 session_ended"],
  ...["assign 200", "assign 409 escalation_assigned", "assign 409 escalation_resolved"],
  ...["transfer 200", "transfer 409 escalation_not_assigned", "transfer 409 escalation_resolved"],
  ...[
    "reply 201",
    "reply 409 escalation_assigned",
    "reply 409 escalation_not_assigned",
    "reply 409 escalation_resolved",
  ],
  ...["hand-back 200", "hand-back 409 escalation_assigned", "hand-back 409 escalation_resolved"],
  ...["resolve 200", "resolve 409 escalation_assigned", "resolve 409 escalation_resolved"],
];

type EscalationCommand = fc.AsyncCommand<EscalationModel, EscalationReal>;

const otherOf = (name: Name): Name => (name === "Mira" ? "Jo" : "Mira");

function note(real: EscalationReal, what: string, { status, body }: HttpAnswer, more?: string): string {
  const got = [String(status), body.code ?? more].filter((part) => part !== undefined).join(" ");
  real.met.add(`${what} ${got}`);
  return got;
}

/** The visitor or the backend asks for a human. Who asks again joins, and takes nobody's place. */
class Ask implements EscalationCommand {
  constructor(private readonly by: "visitor" | "backend") {}
  check = () => true;
  toString = () => `ask(${this.by})`;
  async run(model: EscalationModel, real: EscalationReal): Promise<void> {
    const answer =
      this.by === "visitor"
        ? await real.visitor.call("POST", `/api/public/escalate/${real.link.token}`, {})
        : await real.tenant.signed.call(
            "POST",
            `/api/chat/sessions/${real.sessionId}/escalate`,
            {},
            { nonce: randomUUID() },
          );
    const got = note(real, "ask", answer);
    if (model.hasEnded) return expect(got).toBe("410 session_ended");
    const isNew = model.state === "none" || model.state === "resolved";
    if (isNew) {
      expect(answer.body.escalation_id).not.toBe(real.id);
      Object.assign(model, { state: "open", operator: null, escalations: model.escalations + 1 });
      real.id = String(answer.body.escalation_id);
    }
    expect([got, answer.body.escalation_id, answer.body.status]).toEqual(["200", real.id, model.state]);
  }
}

let words = 0;
const word = (): string => {
  words += 1;
  return `word${words}`;
};

async function say(real: EscalationReal, message: string): Promise<HttpAnswer> {
  return real.visitor.call("POST", `/api/public/chat/${real.link.token}`, { message });
}

/** Adds what the visitor said and what the agent answered, if it may. */
function hear(model: EscalationModel, real: EscalationReal, message: string, answer: HttpAnswer): void {
  const got = note(real, "say", answer, answer.body.response === "" ? "silent" : "answered");
  if (model.hasEnded) {
    expect(got).toBe("410 session_ended");
    return;
  }
  model.said.push(["user", message, null]);
  if (got === "200 silent") return;
  expect([got, answer.body.response]).toEqual(["200 answered", `echo(${message})`]);
  model.said.push(["assistant", `echo(${message})`, null]);
}

/** The visitor speaks: the agent answers unless a human has the conversation. */
class Say implements EscalationCommand {
  check = () => true;
  toString = () => "say";
  async run(model: EscalationModel, real: EscalationReal): Promise<void> {
    const message = word();
    const answer = await say(real, message);
    if (!model.hasEnded) expect([message, answer.body.response === ""]).toEqual([message, model.state === "assigned"]);
    hear(model, real, message, answer);
  }
}

type Call = "assign" | "transfer" | "reply" | "hand-back" | "resolve";
const BODIES: Record<Call, (name: Name, real: EscalationReal, text: string) => Record<string, unknown>> = {
  assign: (name) => ({ name }),
  transfer: (name, real) => ({ operator: real.operators[otherOf(name)].id, name: otherOf(name) }),
  reply: (_name, _real, message) => ({ message }),
  "hand-back": () => ({ summary: "all said" }),
  resolve: () => ({}),
};

/** What a call of an operator must come to, as the table of the documentation has it. */
function wanted(model: EscalationModel, call: Call, name: Name): string {
  if (model.state === "resolved") return "409 escalation_resolved";
  if (call === "transfer") return model.state === "assigned" ? "200" : "409 escalation_not_assigned";
  if (call === "reply" && model.state === "open") return "409 escalation_not_assigned";
  if (model.state === "assigned" && model.operator !== name) return "409 escalation_assigned";
  return call === "reply" ? "201" : "200";
}

/** Puts into the model what a call that was taken has done. */
function done(model: EscalationModel, call: Call, name: Name, text: string): void {
  if (call === "assign") Object.assign(model, { state: "assigned", operator: name });
  if (call === "transfer") Object.assign(model, { state: "assigned", operator: otherOf(name) });
  if (call === "reply") model.said.push(["assistant", text, model.operator]);
  if (call === "hand-back" || call === "resolve") Object.assign(model, { state: "resolved", operator: null });
}

const act = (real: EscalationReal, call: Call, name: Name, text: string): Promise<HttpAnswer> =>
  real.operators[name].client.call("POST", `/api/escalations/${real.id}/${call}`, BODIES[call](name, real, text));

class Act implements EscalationCommand {
  constructor(
    readonly call: Call,
    private readonly name: Name,
  ) {}
  check = ({ state }: EscalationModel) => state !== "none";
  toString = () => `${this.call}(${this.name})`;
  async run(model: EscalationModel, real: EscalationReal): Promise<void> {
    const text = word();
    const got = note(real, this.call, await act(real, this.call, this.name, text));
    expect(got).toBe(wanted(model, this.call, this.name));
    if (got.startsWith("2")) done(model, this.call, this.name, text);
  }
}

/** Both operators and the visitor at once: one operator gets it, and the visitor one answer or none. */
class Rush implements EscalationCommand {
  check = ({ state }: EscalationModel) => state === "open";
  toString = () => "rush";
  async run(model: EscalationModel, real: EscalationReal): Promise<void> {
    const message = word();
    const [mira, jo, answer] = await Promise.all([
      act(real, "assign", "Mira", ""),
      act(real, "assign", "Jo", ""),
      say(real, message),
    ]);
    expect([mira, jo].map((it) => note(real, "assign", it)).sort()).toEqual(["200", "409 escalation_assigned"]);
    done(model, "assign", mira.status === 200 ? "Mira" : "Jo", "");
    hear(model, real, message, answer);
  }
}

/** The words of an operator and the end of the escalation at once: said before it, or refused. */
class LastWords implements EscalationCommand {
  check = ({ state }: EscalationModel) => state === "assigned";
  toString = () => "last words";
  async run(model: EscalationModel, real: EscalationReal): Promise<void> {
    const [name, text] = [model.operator ?? "Mira", word()];
    const [words, end] = await Promise.all([act(real, "reply", name, text), act(real, "resolve", name, "")]);
    expect(note(real, "resolve", end)).toBe("200");
    const got = note(real, "reply", words);
    expect(["201", "409 escalation_resolved"]).toContain(got);
    if (got === "201") done(model, "reply", name, text);
    done(model, "resolve", name, "");
  }
}

/** The owner ends the session, and its escalation with it. */
class End implements EscalationCommand {
  check = ({ hasEnded, said }: EscalationModel) => !hasEnded && said.length > 3;
  toString = () => "end";
  async run(model: EscalationModel, real: EscalationReal): Promise<void> {
    const answer = await real.tenant.owner.call("POST", `/api/sessions/${real.sessionId}/end`);
    expect(answer.status).toBe(200);
    model.hasEnded = true;
    if (model.state !== "none") Object.assign(model, { state: "resolved", operator: null });
  }
}

interface Listed {
  data: { id: string; status: string; assigned_to: string | null }[];
}

/** What everybody is shown must follow from the model: each word once, by whom it was, and one escalation that is not over. */
export async function look(model: EscalationModel, real: EscalationReal): Promise<void> {
  const history = await real.visitor.call<{ data: Record<string, unknown>[] }>(
    "GET",
    `/api/public/history/${real.link.token}`,
  );
  const said = history.body.data.map(({ role, content, author_name }) => [role, content, author_name ?? null]);
  expect(said).toEqual(model.said);
  const path = `/api/escalations?session_id=${real.sessionId}`;
  const list = (await real.tenant.owner.call<Listed>("GET", path)).body.data;
  expect(list).toHaveLength(model.escalations);
  if (model.state === "none") return;
  const newest = list.at(-1);
  expect(list.slice(0, -1).filter(({ status }) => status !== "resolved")).toEqual([]);
  expect([newest?.id, newest?.status]).toEqual([real.id, model.state]);
  if (model.operator !== null) expect(newest?.assigned_to).toBe(real.operators[model.operator].id);
}

class Look implements EscalationCommand {
  check = () => true;
  toString = () => "look";
  run = look;
}

const name = fc.constantFrom<Name>("Mira", "Jo");
const ask = fc.constantFrom("visitor" as const, "backend" as const).map((by) => new Ask(by));
const calls = fc.constantFrom<Call>("assign", "transfer", "reply", "reply", "hand-back", "resolve");
const acting = fc.tuple(calls, name).map(([call, who]) => new Act(call, who));

const rest = (["assign", "transfer", "reply", "hand-back", "resolve"] as const).map((call) => new Act(call, "Mira"));

/** A game that meets every outcome; the others are made up. */
export const ESCALATION_TOUR: EscalationCommand[] = [
  ...[new Ask("visitor"), new Say(), new Act("transfer", "Mira"), new Act("reply", "Mira"), new Rush(), new Say()],
  // From whoever got it to Jo.
  ...[
    new Act("transfer", "Mira"),
    new Ask("backend"),
    new Act("reply", "Jo"),
    ...rest.filter(({ call }) => call !== "transfer"),
  ],
  ...[new Act("hand-back", "Jo"), ...rest, new Say(), new Ask("visitor"), new Act("assign", "Mira"), new LastWords()],
  ...[new Ask("backend"), new Look(), new Act("resolve", "Jo"), new End(), new Ask("visitor"), new Say(), new Look()],
];

export const escalationCommands = fc.commands(
  [
    ...[ask, ask, acting, acting, acting, acting],
    ...[new Say(), new Say(), new Rush(), new LastWords(), new Look(), new End()].map((command) =>
      fc.constant(command),
    ),
  ],
  { maxCommands: 30, size: "max" },
);
