import { setTimeout as delay } from "node:timers/promises";
import { type ApiClient, createBearerClient, type EventFollower, followEvents, type HttpAnswer } from "@parley/testkit";
import type { Cluster } from "../cluster/cluster.js";
import type { MadeLink, Tenant } from "../cluster/owner.js";
import type { Ledger } from "./ledger.js";
import type { Plan } from "./plan.js";
import type { Random } from "./random.js";

/** One conversation of the run, as the client knows it. */
export interface Talk {
  sessionId: string;
  /** Content of every message the client sent, by its id. What was answered with an error was sent again under another id. */
  sent: Map<string, string>;
  follower: EventFollower | null;
}

export interface Counters {
  sends: number;
  retries: number;
  /** Messages whose turn ended with an error; each was said again under a new id. */
  errors: number;
  cuts: number;
  /** From the first try to say something to its reply. */
  tookMs: number[];
}

export interface Traffic {
  talks: Talk[];
  counters: Counters;
  /** Resolves when every message has its answer. */
  done: Promise<void>;
}

interface Context {
  cluster: Cluster;
  tenant: Tenant;
  agentId: string;
  link: MadeLink;
  ledger: Ledger;
  random: Random;
  plan: Plan;
  /** True while disturbances continue: the conversations last at least as long. */
  disturbed(): boolean;
}

const CALL_MS = 15_000;
const PATIENCE_MS = 120_000;
/** Before a visitor presses “try again”. A model that fails is left alone by its runner for seconds. */
const RETHINK_MS = 1_000;
/** 408 is said on a connection that was opened and not used in time; it can meet a request that is on its way. */
const retriable = (status: number): boolean => status >= 500 || status === 429 || status === 408;

interface Caller {
  client: ApiClient;
  sendPath: string;
  eventsPath: string;
  body(content: string, id: string): Record<string, unknown>;
}

/** Starts the conversations: most signed, every fifth through the public link; some sessions have a reader. */
export function startTraffic(context: Context): Traffic {
  const { plan } = context;
  const talks: Talk[] = [];
  const counters: Counters = { sends: 0, retries: 0, errors: 0, cuts: 0, tookMs: [] };
  let next = 0;
  const client = async (): Promise<void> => {
    for (;;) {
      const number = next;
      next += 1;
      if (number >= plan.sessions) return;
      await converse(context, { number, talks, counters });
    }
  };
  const done = Promise.all(Array.from({ length: plan.clients }, client)).then(() => undefined);
  return { talks, counters, done };
}

interface Conversation {
  number: number;
  talks: Talk[];
  counters: Counters;
}

async function converse(context: Context, { number, talks, counters }: Conversation): Promise<void> {
  const { plan, random } = context;
  const { sessionId, caller } = await open(context, number, counters);
  const follower = number < plan.readers ? followEvents(() => caller.client.stream(caller.eventsPath)) : null;
  const talk: Talk = { sessionId, sent: new Map(), follower };
  talks.push(talk);
  const stopCutting = follower === null ? () => undefined : cutNowAndThen(follower, random, counters);
  for (let n = 1; n <= plan.turnsPerSession; ) {
    // Bursts are what makes order hard: some messages leave at the same moment.
    const burst = Math.min(random.next() < 0.2 ? 3 : 1, plan.turnsPerSession - n + 1);
    const texts = Array.from({ length: burst }, (_, index) => `s${number} m${n + index} ${"word ".repeat(8)}end`);
    n += burst;
    await Promise.all(texts.map((text) => send(context, { talk, caller, text, counters })));
    if (context.disturbed()) await delay(random.between(0, pauseMs(plan)));
  }
  stopCutting();
}

/** Spreads the conversations over the time of the disturbances. */
function pauseMs({ kills, killEveryMs, sessions, clients, turnsPerSession }: Plan): number {
  const rounds = Math.ceil(sessions / clients) * turnsPerSession;
  return (2 * kills * killEveryMs) / rounds;
}

function cutNowAndThen(follower: EventFollower, random: Random, counters: Counters): () => void {
  let timer: NodeJS.Timeout | undefined;
  const again = (): void => {
    timer = setTimeout(
      () => {
        follower.cut();
        counters.cuts += 1;
        again();
      },
      random.between(150, 1_500),
    );
  };
  again();
  return () => clearTimeout(timer);
}

async function open(
  { cluster, tenant, agentId, link }: Context,
  number: number,
  counters: Counters,
): Promise<{ sessionId: string; caller: Caller }> {
  if (number % 5 === 4) {
    const anyone = createBearerClient({ bases: cluster.gateways });
    // A lost answer holds the token, which is shown once: the next try opens another session.
    const opened = await persist(counters, () =>
      anyone.call<{ session_id: string; session_token: string }>(
        "POST",
        `/api/public/sessions/${link.token}`,
        {},
        {
          timeoutMs: CALL_MS,
        },
      ),
    );
    const { session_id: sessionId, session_token: token } = opened.body;
    const caller = {
      client: createBearerClient({ bases: cluster.gateways, token }),
      sendPath: `/api/public/chat/${link.token}`,
      eventsPath: `/api/public/events/${link.token}`,
      body: (content: string, id: string) => ({ message: content, client_message_id: id }),
    };
    return { sessionId, caller };
  }
  const body = { tenant_id: tenant.id, agent_id: agentId, metadata: { number } };
  const headers = { "idempotency-key": `open-${number}` };
  const opened = await persist(counters, () =>
    tenant.signed.call<{ session_id: string }>("POST", "/api/chat/sessions", body, { headers, timeoutMs: CALL_MS }),
  );
  const path = `/api/chat/sessions/${opened.body.session_id}`;
  const caller = {
    client: tenant.signed,
    sendPath: `${path}/messages`,
    eventsPath: `${path}/events`,
    body: (content: string, id: string) => ({ content, client_message_id: id }),
  };
  return { sessionId: opened.body.session_id, caller };
}

/**
 * Repeats a call through connection errors, 5xx and 429 until there is an answer, be it an error that is final. Throws with the last
 * answer when patience ends, or on another refusal.
 */
async function persist<Body>(
  counters: Counters,
  attempt: () => Promise<HttpAnswer<Body>>,
  { isFinal = () => false, onFailure = () => undefined }: Persistence<Body> = {},
): Promise<HttpAnswer<Body>> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let tries = 1; ; tries += 1) {
    counters.sends += 1;
    const answer = await attempt().catch(() => null);
    if (answer !== null && (answer.status < 300 || isFinal(answer))) return answer;
    onFailure(answer?.status ?? 0, /"code":"(\w+)"/.exec(answer?.text ?? "")?.[1] ?? "no_answer");
    if (answer !== null && !retriable(answer.status)) throw new Error(`refused: ${answer.status} ${answer.text}`);
    if (Date.now() > deadline) throw new Error(`no answer: ${answer?.status ?? 0} ${answer?.text ?? "no connection"}`);
    counters.retries += 1;
    await delay(Math.min(1_000, 100 * tries) * (0.5 + Math.random()));
  }
}

interface Persistence<Body> {
  isFinal?(answer: HttpAnswer<Body>): boolean;
  onFailure?(status: number, code: string): void;
}

interface Send {
  talk: Talk;
  caller: Caller;
  text: string;
  counters: Counters;
}

/** A reply, or the problem of a turn that is over without one. */
interface Answer {
  turn_id?: string;
  response: string;
  code?: string;
}

/** The turn ended with an error: whoever asks again under the same id hears the same. One that is late still continues. */
const isOver = ({ status, body }: HttpAnswer<Answer>): boolean =>
  status >= 400 && body.turn_id !== undefined && body.code !== "turn_timeout";

/** Says it until there is a reply; after an error again, as a visitor would, which is another message. */
async function send(context: Context, message: Send): Promise<void> {
  const began = performance.now();
  while (!(await sendOnce(context, message))) {
    message.counters.errors += 1;
    if (performance.now() - began > context.plan.deadlineMs)
      throw new Error(`only errors: ${message.talk.sessionId} ${message.text}`);
    await delay(RETHINK_MS * (0.5 + Math.random()));
  }
  message.counters.tookMs.push(performance.now() - began);
}

/** One message under an id of its own, repeated until it is answered; false = with an error. */
async function sendOnce({ ledger }: Context, { talk, caller, text, counters }: Send): Promise<boolean> {
  const session = talk.sessionId;
  const id = `id-${session}-${talk.sent.size + 1}`;
  talk.sent.set(id, text);
  let attempt = 0;
  try {
    const sending = (): Promise<HttpAnswer<Answer>> => {
      attempt += 1;
      ledger.write({ type: "sending", session, id, content: text, attempt });
      return caller.client.call("POST", caller.sendPath, caller.body(text, id), { timeoutMs: CALL_MS });
    };
    const answer = await persist(counters, sending, {
      isFinal: isOver,
      onFailure: (status, code) => ledger.write({ type: "failed", session, id, status, code }),
    });
    const { turn_id: turnId = "", response, code = "" } = answer.body;
    if (isOver(answer)) {
      ledger.write({ type: "errored", session, id, turnId, status: answer.status, code });
      return false;
    }
    const replayed = answer.headers.get("idempotent-replayed") === "true";
    ledger.write({ type: "answered", session, id, turnId, response, replayed });
    return true;
  } catch (error) {
    ledger.write({ type: "gave_up", session, id });
    throw error;
  }
}
