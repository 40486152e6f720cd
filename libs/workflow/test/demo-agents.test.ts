import { readFileSync } from "node:fs";
import type { AgentDocument, ScriptedRules } from "@parley/contracts";
import { validateDocument } from "@parley/workflow";
import { describe, expect, it } from "vitest";
import { Session } from "./session.js";

function read(name: string): AgentDocument {
  const text = readFileSync(new URL(`../../../examples/agents/${name}.json`, import.meta.url), "utf8");
  const { document, issues } = validateDocument(JSON.parse(text));
  expect(issues).toEqual([]);
  if (!document) throw new Error("the document is not valid");
  return document;
}

function rulesOf(document: AgentDocument): ScriptedRules {
  const rules = document.workflow["x-scripted"];
  if (!rules) throw new Error("the agent has no script");
  return rules;
}

function firstCapture(rules: ScriptedRules, variable: string, text: string): string | null {
  const table = Array.isArray(rules.extract) ? Object.assign({}, ...rules.extract) : (rules.extract ?? {});
  const patterns: string[] = [table[variable]].flat();
  for (const pattern of patterns) {
    const match = new RegExp(pattern, "iu").exec(text);
    if (match?.[1]) return match[1];
  }
  return null;
}

function intentOf(rules: ScriptedRules, text: string, offered: string[]): string | null {
  const pattern = (rule: string) => (/^[\p{L}\p{N}' -]+$/u.test(rule) ? `(?<!\\p{L})${rule}(?!\\p{L})` : rule);
  const fits = (id: string) => rules.intents?.[id]?.some((rule) => new RegExp(pattern(rule), "iu").test(text));
  return offered.find(fits) ?? null;
}

/** Plays a conversation with answers by the agent's own rules. */
function play(document: AgentDocument, texts: string[]) {
  const rules = rulesOf(document);
  let heard = "";
  const session = new Session(document, {
    classify: ({ intents }) => [
      intentOf(
        rules,
        heard,
        intents.map(({ id }) => id),
      ),
      0.95,
    ],
  });
  const turns = [session.open()];
  for (const text of texts) {
    heard = text;
    const names = document.workflow.nodes.flatMap((node) =>
      node.type === "retrieve_variable" ? (node.variables ?? []).map(({ variable_name }) => variable_name) : [],
    );
    session.answers = {
      ...session.answers,
      extract: Object.fromEntries(names.map((name) => [name, firstCapture(rules, name, text)])),
    };
    turns.push(session.say(text));
  }
  return { session, turns };
}

describe.each(["clinic-desk", "support", "feedback"])("the demo agent %s", (name) => {
  it("has a scripted answer for every node that may answer", () => {
    const document = read(name);
    const answered = new Set(
      rulesOf(document).replies?.flatMap(({ node, when }) => (node !== undefined && when === undefined ? [node] : [])),
    );
    const silent = document.workflow.nodes.filter((node) => "system_prompt" in node && !answered.has(node.id));
    expect(silent.map(({ id }) => id)).toEqual([]);
  });

  it("asks for the sentiment as analytics count it", () => {
    const analysis = read(name).workflow.post_call_analysis;
    expect(analysis?.enabled).toBe(true);
    expect(analysis?.questions?.find((question) => question.name === "sentiment")).toMatchObject({
      type: "enum",
      choices: ["positive", "neutral", "negative"],
    });
  });
});

describe("Clinic Desk", () => {
  it.each([
    ["Can I schedule something?", "schedule_appointment"],
    ["booking", "schedule_appointment"],
    ["where are my invoices", "billing"],
    ["How can I pay?", "billing"],
    ["That's all, thank you", "goodbye"],
    ["Are you open on Saturday?", null],
  ])("hears in %j the intent %j", (text, intent) => {
    const offered = ["schedule_appointment", "billing", "goodbye"];
    expect(intentOf(rulesOf(read("clinic-desk")), text, offered)).toBe(intent);
  });

  it("leads from the disclaimer to a booked appointment and a goodbye", () => {
    const { session, turns } = play(read("clinic-desk"), [
      "Hi, I'd like an appointment please",
      "My name is Jack and my zip code is 30301",
      "I'd like to schedule an appointment",
      "Next Tuesday in the morning",
      "No, thank you",
    ]);
    expect(turns.map(({ outcome }) => outcome.node_id)).toEqual([
      "collect_info",
      "collect_info",
      "questions",
      "scheduling",
      "questions",
      "farewell",
    ]);
    expect(turns[0]?.outcome.messages.map(({ node_id }) => node_id)).toEqual(["disclaimer", "greeting"]);
    expect(turns[2]?.path).toEqual([
      "collect_info>read_details (user_responded)",
      "read_details>personal_greeting (variables_extracted:first_name,zip_code)",
      "personal_greeting>questions (always)",
    ]);
    expect(session.state.variables).toEqual({
      first_name: "Jack",
      zip_code: "30301",
      intake: "complete",
      appointment_day: "Next Tuesday",
      appointment_time: "morning",
      appointment_status: "requested",
    });
    expect(session.state.ended).toBe(true);
  });

  it.each([
    ["Jack, 30301", "Jack"],
    ["I'm Zoë and I live in 30301", "Zoë"],
    ["Jack", "Jack"],
    ["call me Al.", "Al"],
    ["hello", null],
    ["I am looking for a doctor", null],
    ["I'd like an appointment", null],
  ])("reads the first name in %j as %j", (text, first) => {
    expect(firstCapture(rulesOf(read("clinic-desk")), "first_name", text)).toBe(first);
  });

  it("answers an emergency from anywhere", () => {
    const { turns } = play(read("clinic-desk"), ["I have strong chest pain", "skip"]);
    expect(turns[1]?.path).toEqual(["collect_info>emergency (global_intent:emergency)"]);
    expect(turns[1]?.outcome.response).toContain("**112**");
    expect(turns[2]?.outcome.node_id).toBe("questions");
  });
});

describe("Support Agent", () => {
  it("brings in a human and takes over again", () => {
    const { session, turns } = play(read("support"), [
      "Where is my order?",
      "NW-204815",
      "Can I talk to a human?",
      "hello?",
    ]);
    expect(turns.map(({ outcome }) => outcome.node_id)).toEqual(["help", "ask_order", "help", "handover", "handover"]);
    expect(turns[4]?.outcome.silent).toBe(true);
    expect(session.feed({ type: "handed_back" }).outcome.node_id).toBe("help");
  });
});

describe("Feedback Agent", () => {
  it.each([
    ["I'd give it a 5", "happy", "yes, sure", "end_contact"],
    ["2", "unhappy", "no thanks", "end_thanks"],
    ["it was great", "ask_again", "skip", "open_question"],
  ])("follows %j to %s, then %j to %s", (rating, then, reply, last) => {
    const texts = then === "ask_again" ? [rating, reply] : [rating, "the waiting time", reply];
    const { turns } = play(read("feedback"), texts);
    expect(turns[1]?.outcome.node_id).toBe(then);
    expect(turns.at(-1)?.outcome.node_id).toBe(last);
  });
});
