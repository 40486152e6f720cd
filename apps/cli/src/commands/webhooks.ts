import { setTimeout as delay } from "node:timers/promises";
import { newId } from "@parley/client";
import { EXIT, type Io } from "../io.js";
import { safeLine } from "../plain-text.js";
import { printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

interface WebhookShown {
  id: string;
  url: string;
  events: string[];
  is_active: boolean;
  disabled_reason: string | null;
  failures: number;
  description: string | null;
}

interface WebhookCreated extends WebhookShown {
  secret: string;
}

interface DeliveryShown {
  id: string;
  webhook_id: string;
  type: string;
  status: string;
  attempts: number;
  outcome: string | null;
  response_status: number | null;
  response_ms: number | null;
  occurred_at: string;
}

export const DELIVERY_STATUSES = ["pending", "delivered", "failed", "cancelled"] as const;

const at = (id: string, ...more: string[]): string => ["/api/webhooks", encodeURIComponent(id), ...more].join("/");

/** The receivers of the tenant, newest first, including those of agent versions. */
export async function listWebhooks(io: Io, options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  const webhooks = await readAll<WebhookShown>(transport, { path: "/api/webhooks", signal: io.signal });
  if (options.json) printJson(io, { data: webhooks });
  else {
    const rows = webhooks.map((one) => [one.id, stateOf(one), one.events.join(","), one.url, one.description ?? ""]);
    printTable(io, ["ID", "STATE", "EVENTS", "ADDRESS", "NAME"], rows);
  }
  return EXIT.ok;
}

function stateOf({ is_active, disabled_reason, failures }: WebhookShown): string {
  if (!is_active) return disabled_reason === null || disabled_reason === "owner" ? "off" : `off: ${disabled_reason}`;
  return failures > 0 ? "failing" : "active";
}

interface CreateOptions extends Globals {
  event?: string[];
  agent?: string;
  description?: string;
  transcript?: boolean;
}

/** Creates a receiver; its secret is shown only here. Retries after network failures use one idempotency key, so only one is created. */
export async function createWebhook(io: Io, url: string, options: CreateOptions): Promise<number> {
  const transport = ownerTransport(io, options);
  const { event: events = ["*"], agent, description, transcript } = options;
  const made = await transport.json<WebhookCreated>({
    method: "POST",
    path: "/api/webhooks",
    headers: { "idempotency-key": newId() },
    body: {
      ...{ url, events },
      ...(agent === undefined ? {} : { agent }),
      ...(description === undefined ? {} : { description }),
      ...(transcript === undefined ? {} : { include_transcript: transcript }),
    },
    signal: io.signal,
  });
  if (options.json) printJson(io, made);
  else {
    printLine(io, `WEBHOOK_SECRET=${made.secret}`);
    // Separate from the line above, so that it can be redirected into a file.
    io.stderr.write(`id ${made.id}; the secret is shown only now\n`);
  }
  return EXIT.ok;
}

interface WaitOptions extends Globals {
  wait: boolean;
  timeout: number;
}

/** Sends `webhook.test` and waits for the outcome; 1 when the receiver did not accept it. */
export async function testWebhook(io: Io, id: string, options: WaitOptions): Promise<number> {
  return send(io, at(id, "test"), options);
}

/** Resends a delivery under the same event id and waits for the outcome; 1 when the receiver did not accept it. */
export async function redeliverWebhook(io: Io, delivery: string, options: WaitOptions): Promise<number> {
  return send(io, at("deliveries", encodeURIComponent(delivery), "redeliver"), options);
}

const LOOK_EVERY_MS = 500;
/** A new delivery is among the newest of its receiver; a resent one may be further down. */
const LOOKED_AT = 200;

async function send(io: Io, path: string, options: WaitOptions): Promise<number> {
  const transport = ownerTransport(io, options);
  const headers = { "idempotency-key": newId() };
  const sent = await transport.json<DeliveryShown>({ method: "POST", path, headers, signal: io.signal });
  const deadline = performance.now() + options.timeout * 1_000;
  let shown = sent;
  while (options.wait && isUnderWay(shown, sent) && performance.now() < deadline) {
    await delay(LOOK_EVERY_MS, undefined, { signal: io.signal });
    const list = { path: at(sent.webhook_id, "deliveries"), limit: LOOKED_AT, signal: io.signal };
    shown = (await readAll<DeliveryShown>(transport, list)).find((one) => one.id === sent.id) ?? shown;
  }
  if (options.json) printJson(io, shown);
  else printLine(io, sentence(shown));
  return options.wait && shown.status !== "delivered" ? EXIT.failure : EXIT.ok;
}

/** An attempt is counted when it begins; its outcome is recorded later, and may be that of the previous one. */
function isUnderWay(now: DeliveryShown, sent: DeliveryShown): boolean {
  if (now.status !== "pending" || now.attempts > sent.attempts + 1) return false;
  return now.attempts === sent.attempts || now.outcome === sent.outcome;
}

function sentence({ id, type, status, outcome, response_status, response_ms }: DeliveryShown): string {
  const answer = response_status === null ? (outcome ?? "no attempt yet") : `${response_status} in ${response_ms} ms`;
  return safeLine(`${type} ${status} (${answer}), delivery ${id}`);
}

/** Deliveries to one receiver or to all of them, with their outcomes, newest first. */
export async function listDeliveries(
  io: Io,
  id: string | undefined,
  options: Globals & { status?: string; limit: number },
): Promise<number> {
  const transport = ownerTransport(io, options);
  const { status, limit } = options;
  const path = id === undefined ? at("deliveries") : at(id, "deliveries");
  const list = { path, query: { status }, limit, signal: io.signal };
  const deliveries = await readAll<DeliveryShown>(transport, list);
  if (options.json) printJson(io, { data: deliveries });
  else {
    const rows = deliveries.map((one) => [
      ...[one.id, one.type, one.status, String(one.attempts), one.outcome ?? ""],
      ...[one.response_status === null ? "" : String(one.response_status), one.occurred_at],
    ]);
    printTable(io, ["ID", "TYPE", "STATUS", "ATTEMPTS", "OUTCOME", "ANSWER", "AT"], rows);
  }
  return EXIT.ok;
}

interface Rotated {
  secret: string;
  previous_secret_until: string | null;
}

/**
 * Rotates the secret of a receiver, or (`id` null) of the `webhook:` actions of all workflows; it is shown only here. Retries after network
 * failures use one idempotency key.
 */
export async function rotateWebhook(
  io: Io,
  id: string | null,
  options: Globals & { overlap?: number },
): Promise<number> {
  const done = await ownerTransport(io, options).json<Rotated>({
    ...{ method: "POST", path: at(id ?? "actions", "rotate"), headers: { "idempotency-key": newId() } },
    ...{ body: options.overlap === undefined ? {} : { overlap_seconds: options.overlap }, signal: io.signal },
  });
  if (options.json) printJson(io, done);
  else {
    printLine(io, `WEBHOOK_SECRET=${done.secret}`);
    const until = done.previous_secret_until;
    io.stderr.write(
      `the secret is shown only now; ${until === null ? "no other one signs" : `the one before signs too until ${until}`}\n`,
    );
  }
  return EXIT.ok;
}
