import type { FakeApi, Handler } from "./fake-contract.js";
import { tracedRow } from "./fake-trace.js";
import { agentDocument, type Row } from "./rows.js";

const missing = (code: string): [number, unknown] => [404, { code, detail: "There is none." }];

/** Drafts, exports and secrets: what the workbench of an agent works with. */
export function workbenchRoutesOf(api: FakeApi): Record<string, Handler> {
  const author = { via: "user", id: "0198c0de-0000-7000-8000-000000000001" };
  const entry = ({ revision, base_version }: Row): Row => ({
    ...{ author, mine: true, saved_at: "2026-11-01T10:00:00.000Z" },
    ...{ revision, base_version },
  });
  return {
    "GET /agents/:/export": () => [200, agentDocument],
    "GET /agents/:/versions/:": ({ parts }) => {
      const version = api.versions.find((one) => String(one.version) === parts[1]);
      return version === undefined
        ? missing("version_not_found")
        : [200, { ...version, document: agentDocument, text: null }];
    },
    "GET /agents/:/drafts/:/saves": () => [200, { data: [] }],
    "GET /agents/:/drafts": () => [200, { data: api.draft === null ? [] : [entry(api.draft)] }],
    "GET /agents/:/drafts/:": () =>
      api.draft === null
        ? missing("draft_not_found")
        : [200, { live_version: null, ...entry(api.draft), text: api.draft.text }],
    "PUT /agents/:/drafts/:": ({ body }) => {
      api.draft = { ...body, revision: Number(api.draft?.revision ?? 0) + 1 };
      return [200, entry(api.draft)];
    },
    "DELETE /agents/:/drafts/:": () => {
      api.draft = null;
      return [200, { deleted: true }];
    },
    "POST /agents/:/try": ({ body }) => [200, triedOf(body)],
    "GET /agents/:/secrets": () => [200, { data: api.secrets, next_cursor: null }],
    "POST /agents/:/secrets": ({ body: { name, hosts } }) => {
      const secret = { name, hosts, hint: null, updated_at: "2026-11-01T10:00:00.000Z", last_used_at: null };
      api.secrets.push(secret);
      return [201, secret];
    },
  };
}

/** Greets, looks somebody up at another server where it is asked to, hands over to a person, and ends at "bye". */
function triedOf({ steps, version }: Row): Row {
  const given = steps as Row[];
  const all: Row[] = [triedStep(0, "Good morning.", {})];
  for (const [index, { say, answers }] of given.entries()) {
    const asked = (answers as Row[] | undefined) ?? [];
    const waits = say === "look me up" && asked.length === 0;
    const call = { node: "look", method: "GET", url: "https://crm.example/people" };
    const ended = say === "bye";
    const words = ended ? "Goodbye." : `You said: ${String(say)}`;
    const more = waits
      ? { status: "waiting", waits_for: call, node: "look", messages: [] }
      : { ended, node: ended ? "bye" : "greet" };
    all.push(triedStep(index + 1, words, { variables: { said: say }, ...more, answers: asked }));
    if (waits || ended) break;
  }
  const usage = { input_tokens: 5, output_tokens: 2, cost: null };
  const done = all.slice(1).filter(({ status }) => status === "done");
  const made = done.map((step, at) => ({ ...given[at], answers: undefined, expect: { node: step.node } }));
  const test = { name: "tried: hello", version_of_format: 1, steps: made, answers: [] };
  return { version: version ?? null, steps: all, usage, test };
}

const triedStep = (step: number, content: string, more: Row): Row => ({
  ...{ step, status: "done", error: null, waits_for: null, node: "greet", ended: false, human: false, not_done: [] },
  ...{ asked: 1, answers: [], variables: {}, messages: [{ node_id: "greet", node_name: "Greeting", content }] },
  trace: tracedRow(step, { transitions: [], nodes: step === 0 ? ["greet"] : ["greet", "greet"] }),
  ...more,
});
