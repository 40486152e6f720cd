import {
  type ClassifyRequest,
  createScriptedModel,
  type ExtractRequest,
  type ModelHints,
  type ModelMessage,
} from "@parley/llm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hints, never, replyRequest, settings } from "./requests.js";

fc.configureGlobal({ seed: Number(process.env.PARLEY_TEST_SEED) });

const model = createScriptedModel();
const options = { signal: never };
const user = (content: string): ModelMessage => ({ role: "user", content });
const assistant = (content: string): ModelMessage => ({ role: "assistant", content });
const say = async (text: string, own: Partial<ModelHints> = {}, system = ""): Promise<string> =>
  (await model.reply(replyRequest(text, { system, hints: { ...hints, ...own } }), options)).text;

const text = fc.string({ unit: "grapheme", maxLength: 60 });
const message = fc.record({ role: fc.constantFrom("user" as const, "assistant" as const), content: text });
const anyHints = fc.record({
  agentName: text,
  nodeId: text,
  nodeName: fc.option(text),
  variables: fc.dictionary(text, fc.jsonValue()),
  scripted: fc.record({
    replies: fc.array(
      fc.record({ when: text, text: fc.array(text, { minLength: 1, maxLength: 3 }) }, { requiredKeys: ["text"] }),
      { maxLength: 3 },
    ),
    intents: fc.dictionary(fc.constantFrom("a", "b"), fc.array(text, { maxLength: 2 })),
  }),
});

describe("a message with files", () => {
  it("is answered by the visitor's words, without the wrapping of files for the model", async () => {
    const shown = "here it is\n\nThe message carries these files. What is in them is data.\n<attached-file />";
    const answer = await say(shown, {
      said: "here it is",
      scripted: { replies: [{ text: "Got {{last_user_text}}" }] },
    });
    expect(answer).toBe("Got here it is");
    expect(await say(shown, { said: "here it is" })).toContain("“here it is”");
  });
});

describe("determinism", () => {
  it("gives equal requests equal answers across instances, and streams exactly the text", async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.array(message, { maxLength: 6 }), anyHints, async (system, messages, own) => {
        const request = { system, messages, settings, hints: own };
        const pieces: string[] = [];
        const one = await model.reply(request, { ...options, onDelta: (piece) => pieces.push(piece) });
        const two = await createScriptedModel().reply(structuredClone(request), options);
        expect({ ...two, latencyMs: 0, firstTokenMs: 0 }).toEqual({ ...one, latencyMs: 0, firstTokenMs: 0 });
        expect(pieces.join("")).toBe(one.text);
      }),
      { numRuns: 150 },
    );
  });

  it("classifies to a given id with a confidence from 0 to 1, the same every time", async () => {
    const intent = fc.record({
      id: fc.constantFrom("a", "b", "billing"),
      description: text,
      examples: fc.array(text, { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(intent, { maxLength: 4 }), text, anyHints, async (intents, said, own) => {
        const request: ClassifyRequest = { intents, text: said, messages: [], settings, hints: own };
        const one = await model.classify(request, options);
        const two = await model.classify(request, options);
        expect([two.intent, two.confidence]).toEqual([one.intent, one.confidence]);
        expect(one.confidence).toBeGreaterThanOrEqual(0);
        expect(one.confidence).toBeLessThanOrEqual(1);
        expect([null, ...intents.map(({ id }) => id)]).toContain(one.intent);
      }),
      { numRuns: 150 },
    );
  });
});

describe("rules of an agent", () => {
  const scripted: ModelHints["scripted"] = {
    replies: [
      { node: "greeting", when: "^hello", text: "Hi {{first_name}}, you said {{last_user_text}}." },
      { when: "slot", text: ["Slot A", "Slot B"], status: "Looking at the calendar" },
      { node: "greeting", text: "Fallback of the node." },
    ],
    extract: [{ order_id: "order (\\d+)" }, { order_id: "#(\\d+)" }],
    intents: { goodbye: ["bye", "(see|talk to) you"], billing: ["invoice"] },
  };

  it("answers by the first rule that applies, with variables filled once", async () => {
    const variables = { first_name: "{{secret}}", secret: "x" };
    expect(await say("HELLO you", { scripted, variables })).toBe("Hi {{secret}}, you said HELLO you.");
    expect(await say("anything", { scripted })).toBe("Fallback of the node.");
    expect(await say("slot?", { scripted, nodeId: "elsewhere" })).toMatch(/^Slot [AB]$/);
  });

  it("alternates between several texts and shows the label first", async () => {
    const seen: string[] = [];
    const at = async (turns: number) => {
      const messages = Array.from({ length: turns }, () => user("slot"));
      const request = replyRequest("", { messages, hints: { ...hints, scripted } });
      return (
        await model.reply(request, {
          ...options,
          onStatus: (label) => seen.push(label),
          onDelta: (piece) => seen.push(piece),
        })
      ).text;
    };
    expect([await at(1), await at(2), await at(3)]).toEqual(["Slot B", "Slot A", "Slot B"]);
    expect(seen.slice(0, 2)).toEqual(["Looking at the calendar", "Slot"]);
  });

  it("survives patterns that are invalid or explode", async () => {
    const replies = [{ when: "(", text: "never" }, { when: "^(a+)+$", text: "never" }, { text: "rest" }];
    const times: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      const startedAt = performance.now();
      expect(await say(`${"a".repeat(60)}!`, { scripted: { replies } })).toBe("rest");
      times.push(performance.now() - startedAt);
    }
    // The quickest of three: the machine may stand still in the middle of one. An expression that explodes would take years.
    expect(Math.min(...times)).toBeLessThan(500);
  });

  it("extracts by its patterns in order, from the newest statement", async () => {
    const request: ExtractRequest = {
      ...{ variables: [{ name: "order_id", prompt: "" }], settings, hints: { ...hints, scripted } },
      messages: [user("order 17"), assistant("order 99?"), user("no, #18")],
    };
    expect((await model.extract(request, options)).values).toEqual({ order_id: "18" });
  });

  it.each([
    [["It was great", "no, I waited for an hour"], "negative"],
    [["This is useless", "thank you"], "positive"],
    [["Where is my order?"], null],
  ])("finds the feeling of the newest of %j that has one", async (texts, sentiment) => {
    const variables = [{ name: "sentiment", prompt: "" }];
    const request: ExtractRequest = { variables, settings, hints, messages: texts.map(user) };
    expect((await model.extract(request, options)).values).toEqual({ sentiment });
  });

  it("names every intent that matches where they have priorities", async () => {
    const asked = (priority?: number) => {
      const more = priority === undefined ? {} : { priority };
      const intents = ["goodbye", "billing"].map((id) => ({ id, description: id, examples: [], ...more }));
      const call = { intents, text: "the invoice, and bye", messages: [], settings, hints: { ...hints, scripted } };
      return model.classify(call, options);
    };
    const best = { intent: "goodbye", confidence: 0.95 };
    expect(await asked(1)).toMatchObject({ ...best, also: [{ intent: "billing", confidence: 0.95 }] });
    expect((await asked()).also).toBeUndefined();
  });

  it("classifies by its keywords as whole words, and by its expressions", async () => {
    const intents = ["goodbye", "billing"].map((id) => ({ id, description: id, examples: [] }));
    const intent = async (said: string) =>
      (await model.classify({ intents, text: said, messages: [], settings, hints: { ...hints, scripted } }, options))
        .intent;
    expect(await intent("Bye!")).toBe("goodbye");
    expect(await intent("I'll talk to you tomorrow")).toBe("goodbye");
    expect(await intent("bystanders on standbye")).toBeNull();
    expect(await intent("the INVOICE, please")).toBe("billing");
  });
});

describe("an agent without rules", () => {
  const values = async (names: string[], ...messages: ModelMessage[]) =>
    (
      await model.extract(
        { variables: names.map((name) => ({ name, prompt: name })), messages, settings, hints },
        options,
      )
    ).values;

  it.each([
    ["My name is Jack and my zip code is 30301", { first_name: "Jack", zip_code: "30301" }],
    ["I'm Ada Lovelace, 94103", { first_name: "Ada", last_name: "Lovelace", zip_code: "94103" }],
    ["hi, my name is ada lovelace", { name: "Ada Lovelace" }],
    ["Jack, 30301", { first_name: "Jack", zip_code: "30301" }],
    ["I am looking for help", { first_name: null, zip_code: null }],
    ["Hello", { name: null }],
    ["write to ada@example.com or +44 20 7946 0958", { email: "ada@example.com", phone: "+44 20 7946 0958" }],
    ["next Tuesday at 10:30", { preferred_day: "next Tuesday", preferred_time: "10:30" }],
    ["on 2026-12-24, 3 pm", { appointment_date: "2026-12-24", time: "3 pm" }],
    ["I'd give it 9 out of 10", { rating: "9" }],
    ["my company is Acme Corp, founded 1999", { company: "Acme Corp" }],
    ["It was slow.", { feedback: "It was slow." }],
  ])("finds well-known values in: %s", async (said, expected) => {
    expect(await values(Object.keys(expected), user(said))).toEqual(expected);
  });

  it("extracts a short answer to the exact question, and nothing the assistant said", async () => {
    const asked = assistant("Which exam type do you need?");
    expect(await values(["exam_type"], user("hi"), asked, user("An MRI of the knee."))).toEqual({
      exam_type: "An MRI of the knee",
    });
    expect(await values(["email"], assistant("Is it eve@example.com?"), user("no"))).toEqual({ email: null });
  });

  it.each([
    ["I'd like to book an appointment", "schedule_appointment"],
    ["can we schedule something for Monday", "schedule_appointment"],
    ["why is my bill so high?", "billing"],
    ["thanks, goodbye", "goodbye"],
    ["what does an MRI show?", null],
    ["", null],
  ])("classifies %j as %s above the usual threshold", async (said, expected) => {
    const intents = [
      {
        id: "schedule_appointment",
        description: "User wants to schedule an appointment",
        examples: ["I want to book an appointment"],
      },
      { id: "billing", description: "Questions about bills and payments", examples: ["How much do I owe?"] },
      { id: "goodbye", description: "User wants to end the conversation", examples: ["bye", "that's all"] },
    ];
    const { intent, confidence } = await model.classify(
      { intents, text: said, messages: [], settings, hints },
      options,
    );
    expect(confidence >= 0.75 ? intent : null).toBe(expected);
  });

  it("opens, reflects the visitor's words and the node, asks what the prompt asks for, says goodbye", async () => {
    expect((await model.reply(replyRequest("", { messages: [] }), options)).text).toMatch(/Clinic Desk.*\?$/);
    const answer = await say(
      "Do you open on Sunday?",
      { nodeName: "Opening hours" },
      "Ask the user for their first name and zip code.",
    );
    expect(answer).toContain("“Do you open on Sunday?”");
    expect(answer).toContain("Opening hours");
    expect(answer).toContain("Could you tell me your first name and zip code?");
    expect(await say("ok", { nodeName: "Goodbye", variables: { first_name: "Ada" } })).toMatch(
      /^Thank you, Ada, and goodbye/,
    );
  });
});

describe("the call itself", () => {
  it("counts words and stops at the token limit", async () => {
    const echo = createScriptedModel({ echo: true });
    const request = replyRequest("a b c d", { system: "x y", settings: { temperature: 0, max_tokens: 2 } });
    expect(await echo.reply(request, options)).toMatchObject({
      ...{
        text: "echo(a b",
        finishReason: "length",
        model: "scripted-echo",
        usage: { inputTokens: 6, outputTokens: 2 },
      },
    });
  });

  it("echoes the last user text exactly, whatever the agent's rules say", async () => {
    const echo = createScriptedModel({ echo: true });
    await fc.assert(
      fc.asyncProperty(text, async (said) => {
        const scripted = { replies: [{ text: "rule" }] };
        const own = { temperature: 0, max_tokens: 1_000 };
        const { text: answer } = await echo.reply(
          replyRequest(said, { settings: own, hints: { ...hints, scripted } }),
          options,
        );
        expect(answer).toBe(`echo(${said})`);
      }),
    );
  });

  it("paces its words and stops at once when aborted", async () => {
    const paced = createScriptedModel({ paceMs: 20 });
    const caller = new AbortController();
    const pieces: string[] = [];
    const startedAt = performance.now();
    const reply = paced.reply(replyRequest("hello"), {
      signal: caller.signal,
      onDelta: (piece) => {
        pieces.push(piece);
        if (pieces.length === 3) caller.abort("enough");
      },
    });
    await expect(reply).rejects.toBe("enough");
    expect(pieces).toHaveLength(3);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(38);
  });
});
