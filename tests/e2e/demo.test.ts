import { createBearerClient, createSignedClient, eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import type { Child } from "../cluster/child-process.js";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";
import type { Page, Session, Turn } from "./suite/fixture.js";

interface Answer {
  response: string;
  session_token: string;
  session_ended: boolean;
}

describe("a first start with the demo agents", () => {
  let product: FirstStart;
  let child: Child;
  let demo: Announcement;
  let base = "";

  const start = () => product.start();
  const signed = () => createSignedClient({ bases: [base], key: demo.api_key });
  const linkOf = (agent: string): string => demo.links.find((link) => link.agent === agent)?.token ?? "";
  const agentOf = (name: string): string => demo.agents.find((agent) => agent.name === name)?.id ?? "";

  beforeAll(async () => {
    product = await firstStart();
    ({ child, base } = product);
    demo = await start();
  }, 120_000);
  afterAll(() => product?.clear(), 60_000);

  /** Sends texts through the agent's public link; answers what the agent said each time. */
  const talk = async (agent: string, texts: string[]): Promise<Answer[]> => {
    const path = `/api/public/chat/${linkOf(agent)}`;
    const answers: Answer[] = [];
    let token: string | undefined;
    for (const message of texts) {
      const answer = await createBearerClient({ bases: [base], token }).call<Answer>("POST", path, { message });
      if (answer.status !== 200) throw new Error(`no answer: ${answer.status} ${answer.text}`);
      token ??= answer.body.session_token;
      answers.push(answer.body);
    }
    return answers;
  };

  it("announces what a script needs", () => {
    expect(demo.url).toMatch(/^http:\/\/localhost:\d+$/);
    expect(demo.console_url).toBe(`${demo.url}/console`);
    expect(demo.console_sign_in_url).toMatch(/^http:\/\/localhost:\d+\/console\/sign-in#token=pi_\w+$/);
    expect(demo.admin_token).toMatch(/^ak_/);
    expect(demo.agents).toHaveLength(3);
    expect(demo.links.map(({ agent }) => agent).sort()).toEqual(["clinic-desk", "feedback", "support"]);
    for (const { url, token } of demo.links) expect(url).toBe(`${demo.url}/public/chat/${token}`);
  });

  it("walks a visitor of the clinic through its nodes and stores the collected data", async () => {
    onTestFailed(() => void process.stderr.write(child.tail()));
    const body = { tenant_id: demo.tenant_id, agent_id: agentOf("Clinic Desk") };
    const opened = await signed().call<Session>("POST", "/api/chat/sessions", body);
    expect(opened.body).toMatchObject({ node_id: "collect_info", initial_node_id: "disclaimer" });
    expect(opened.body.initial_message).toContain("Lindenhof");
    const say = async (content: string): Promise<Turn> => {
      const path = `/api/chat/sessions/${opened.body.session_id}/messages`;
      const answer = await signed().call<Turn>("POST", path, { content });
      if (answer.status !== 200) throw new Error(`no answer: ${answer.status} ${answer.text}`);
      return answer.body;
    };
    const unclear = await say("hello, how are you?");
    expect(unclear).toMatchObject({ node_id: "collect_info", session_ended: false });
    const known = await say("My name is Jack and my zip is 30301");
    expect(known.transitions.map(({ to_node }) => to_node)).toEqual(["read_details", "personal_greeting", "questions"]);
    expect(known.extracted_variables).toMatchObject({ first_name: "Jack", zip_code: "30301" });
    expect(known.response).toContain("Jack");
    expect((await say("When are you open?")).response).toContain("Monday to Friday");
    expect((await say("I would like to book an appointment")).node_id).toBe("scheduling");
    const booked = await say("Tuesday in the morning");
    expect(booked.node_id).toBe("questions");
    expect(booked.extracted_variables).toMatchObject({ appointment_day: "Tuesday", appointment_time: "morning" });
    // The day of the last appointment is no answer to the question for the next one.
    expect((await say("One more appointment for my son, please")).node_id).toBe("scheduling");
    expect((await say("In the afternoon")).node_id).toBe("scheduling");
    const second = await say("Friday then");
    expect(second.extracted_variables).toMatchObject({ appointment_day: "Friday" });
    const third = await say("And can I see Dr. Singh next Monday at 9:00?");
    expect(third.transitions.map(({ to_node }) => to_node)).toEqual(["read_day", "confirm_appointment", "questions"]);
    expect(third.extracted_variables).toMatchObject({ appointment_day: "next Monday", appointment_time: "9:00" });
    await say("I want to book another one");
    const last = await say("That is all, thank you");
    expect(last).toMatchObject({ node_id: "farewell", session_ended: true, extracted_variables: null });
    const shown = await signed().call("GET", `/api/chat/sessions/${opened.body.session_id}`);
    expect(shown.body).toMatchObject({
      status: "completed",
      collected_data: {
        first_name: "Jack",
        zip_code: "30301",
        appointment_day: "next Monday",
        appointment_status: "requested",
      },
    });
  });

  it("answers visitors of the other two agents", async () => {
    onTestFailed(() => void process.stderr.write(child.tail()));
    const support = await talk("support", ["Where is my parcel?", "NW-123456", "that's all"]);
    expect(support[1]?.response).toContain("NW-123456");
    expect(support[2]?.session_ended).toBe(true);
    const feedback = await talk("feedback", ["5", "the staff was great", "no thanks"]);
    expect(feedback.every(({ response }) => response.length > 0)).toBe(true);
    expect(feedback.at(-1)?.session_ended).toBe(true);
  });

  it("requests a human when a visitor sounds upset, if the agent's document says so", async () => {
    onTestFailed(() => void process.stderr.write(child.tail()));
    const owner = createBearerClient({ bases: [base], token: demo.admin_token });
    const nodes = [{ id: "desk", static_text: "We look into it." }];
    const document = {
      agent: { name: "Patient" },
      workflow: { initial_node: "desk", nodes, escalation: { negative_turns: 2 } },
    };
    const made = await owner.call("POST", "/api/agents/patient/import", { document, activate: true });
    expect(made.status, made.text).toBe(200);
    const link = await owner.call<{ token: string }>("POST", "/api/agents/patient/public-links", {});
    const path = `/api/public/chat/${link.body.token}`;
    const first = await createBearerClient({ bases: [base] }).call<Answer & { session_id: string }>("POST", path, {
      message: "This is useless",
    });
    expect(first.status, first.text).toBe(200);
    const visitor = createBearerClient({ bases: [base], token: first.body.session_token });
    await visitor.call("POST", path, { message: "I am angry, I have had enough of this" });
    const { body } = await owner.call("GET", "/api/escalations?status=open&limit=200");
    expect(body.data).toContainEqual(
      expect.objectContaining({ session_id: first.body.session_id, source: "sentiment", handled_by: "agent" }),
    );
  });

  it("continues after kill -9: same addresses and keys, the session at its node with its variables", async () => {
    onTestFailed(() => void process.stderr.write(child.tail()));
    const body = { tenant_id: demo.tenant_id, agent_id: agentOf("Clinic Desk"), metadata: { before: "the kill" } };
    const opened = await signed().call<Session>("POST", "/api/chat/sessions", body);
    const path = `/api/chat/sessions/${opened.body.session_id}`;
    const before = await signed().call<Turn>("POST", `${path}/messages`, { content: "Call me Ada, 90210" });
    expect(before.body.extracted_variables).toMatchObject({ first_name: "Ada", zip_code: "90210" });
    // Accepted, perhaps not yet answered: the second start has to find it.
    const headers = { prefer: "respond-async" };
    const content = "I want to book an appointment";
    expect((await signed().call("POST", `${path}/messages`, { content }, { headers })).status).toBe(202);
    await child.kill();
    const again = await start();
    const { console_sign_in_url: signIn } = again;
    expect(again).toEqual({ ...demo, console_sign_in_url: signIn });
    // Each start makes another one, since each works once.
    expect(signIn).not.toBe(demo.console_sign_in_url);
    await eventually(
      async () => {
        const { body: session } = await signed().call("GET", path);
        return session.node_id === "scheduling";
      },
      { timeoutMs: 15_000 },
    );
    const after = await signed().call<Turn>("POST", `${path}/messages`, { content: "Friday afternoon" });
    expect(after.body).toMatchObject({ node_id: "questions", turn_number: 3 });
    const shown = await signed().call("GET", path);
    expect(shown.body).toMatchObject({
      collected_data: {
        first_name: "Ada",
        zip_code: "90210",
        appointment_day: "Friday",
        appointment_time: "afternoon",
      },
    });
    const history = await signed().call<Page<{ role: string; content: string }>>("GET", `${path}/messages`);
    const said = history.body.data.filter(({ role }) => role === "user").map((message) => message.content);
    expect(said).toEqual(["Call me Ada, 90210", content, "Friday afternoon"]);
  }, 90_000);
});
