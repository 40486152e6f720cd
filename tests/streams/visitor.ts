import { setTimeout as delay } from "node:timers/promises";
import { type ApiClient, createBearerClient, type HttpAnswer } from "@parley/testkit";
import type { Cluster } from "../cluster/cluster.js";
import type { MadeLink } from "../cluster/owner.js";

/** A visitor with a session of its own; its calls take turns among the gateways and outlast one that dies. */
export interface Visitor {
  sessionId: string;
  token: string;
  client: ApiClient;
  /** Sends a message and waits for the answer; the same message again when the connection breaks. */
  say(text: string): Promise<string>;
  stream(): { url: string; headers: Record<string, string> };
  post<Body = Record<string, unknown>>(path: string, body: unknown): Promise<HttpAnswer<Body>>;
  history(): Promise<Message[]>;
}

export interface Message {
  id: string;
  turn_id: string;
  role: "user" | "assistant";
  content: string;
  status: string;
  rating?: string | null;
  finish_reason?: string | null;
}

const PATIENCE_MS = 90_000;

async function persist<Body>(attempt: () => Promise<HttpAnswer<Body>>): Promise<HttpAnswer<Body>> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await attempt().catch(() => null);
    if (answer !== null && answer.status < 300) return answer;
    const hopeless = answer !== null && answer.status < 500 && answer.status !== 429 && answer.status !== 408;
    if (hopeless || Date.now() > deadline) throw new Error(`refused: ${answer?.status ?? 0} ${answer?.text ?? ""}`);
    await delay(100 + Math.random() * 200);
  }
}

export async function newVisitor(cluster: Cluster, link: MadeLink): Promise<Visitor> {
  const anyone = createBearerClient({ bases: cluster.gateways });
  const opened = await persist(() =>
    anyone.call<{ session_id: string; session_token: string }>("POST", `/api/public/sessions/${link.token}`, {}),
  );
  const { session_id: sessionId, session_token: token } = opened.body;
  const client = createBearerClient({ bases: cluster.gateways, token });
  let said = 0;
  const visitor: Visitor = {
    sessionId,
    token,
    client,
    async say(text) {
      said += 1;
      const body = { message: text, client_message_id: `m${said}` };
      const path = `/api/public/chat/${link.token}`;
      const answer = await persist(() => client.call<{ response: string }>("POST", path, body, { timeoutMs: 15_000 }));
      return answer.body.response;
    },
    stream: () => client.stream(`/api/public/events/${link.token}`),
    post: (path, body) => client.call("POST", `/api/public/${path.replace("{link}", link.token)}`, body),
    async history() {
      const messages: Message[] = [];
      let cursor: string | null = null;
      do {
        const path: string = `/api/public/history/${link.token}?limit=200${cursor === null ? "" : `&cursor=${cursor}`}`;
        const page = await persist(() => client.call<{ data: Message[]; next_cursor: string | null }>("GET", path));
        messages.unshift(...page.body.data);
        cursor = page.body.next_cursor;
      } while (cursor !== null);
      return messages;
    },
  };
  // What is said before the agent's first words stands before them in the log and behind them in the history: each has its own order.
  for (const deadline = Date.now() + PATIENCE_MS; (await visitor.history()).length === 0; await delay(50))
    if (Date.now() > deadline) throw new Error("the agent has not greeted");
  return visitor;
}
