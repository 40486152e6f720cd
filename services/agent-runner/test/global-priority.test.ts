import { traceSession } from "@parley/contracts";
import { createScriptedModel } from "@parley/llm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type TurnHarness, turnHarness } from "./turn-harness.js";

let h: TurnHarness;
beforeAll(async () => {
  h = await turnHarness();
  await h.runner(createScriptedModel({ paceMs: 0 }));
}, 60_000);
afterAll(() => h.close());

const document = (billing: number, emergency: number) => ({
  agent: { name: "Clinic" },
  workflow: {
    initial_node: "desk",
    global_intents: {
      billing: { description: "a question about a bill", target_node: "bills", priority: billing },
      emergency: { description: "somebody is in danger", target_node: "help", priority: emergency },
    },
    nodes: [
      { id: "desk", static_text: "How can I help?" },
      { id: "bills", static_text: "Your bill.", proactive: true },
      {
        id: "help",
        static_text: "Call 112.",
        proactive: true,
        transitions: [{ condition: "contains:bye", target: "end" }],
      },
      { id: "end", type: "end_call" },
    ],
    "x-scripted": { intents: { billing: ["bill"], emergency: ["chest pain"] } },
  },
});

it.each([
  [1, 100, "help"],
  [100, 1, "bills"],
  [0, 0, "bills"],
])(
  "of two matching global intents with priorities %i and %i, a turn follows the one to %s",
  async (billing, emergency, node) => {
    const { sessionId } = await h.open(await h.agent(document(billing, emergency)));
    const turn = await h.send(sessionId, "My bill is wrong, and I have chest pain");
    expect(turn).toMatchObject({ status: "done", result: { node_id: node } });
    const access = { type: "hmac" as const, tenantId: h.tenantId, sessionId };
    const { turns } = await h.bus.call(traceSession, { access, after: 0, limit: 10 });
    const both = [{ intent: "billing" }, { intent: "emergency" }];
    expect(turns.at(-1)?.calls[0]).toMatchObject({ result: { matches: billing === emergency ? both[0] : both } });
  },
);
