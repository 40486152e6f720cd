import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { newId } from "@parley/client";
import { EXIT, type Io, usageError } from "../io.js";
import { safeLine } from "../plain-text.js";
import { printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

export const CHANNELS = ["email", "sms", "slack", "teams", "webhook"] as const;
const DELIVERY_STATUSES: readonly string[] = ["sending", "done", "cancelled"];
const RECIPIENT_STATUSES: readonly string[] = [
  ...["pending", "sent", "failed", "suppressed", "limited", "in_doubt", "cancelled"],
];
export const ANY_STATUSES = [...new Set([...DELIVERY_STATUSES, ...RECIPIENT_STATUSES])];

const linkPath = (agent: string, link: string, ...more: string[]): string =>
  ["/api/agents", encodeURIComponent(agent), "public-links", encodeURIComponent(link), ...more].join("/");

interface Counts {
  recipients: number;
  pending: number;
  sent: number;
  failed: number;
  suppressed: number;
  limited: number;
  in_doubt: number;
  cancelled: number;
}

interface DeliveryShown {
  id: string;
  channel: string;
  template: string;
  status: string;
  created_at: string;
  counts: Counts;
  engagement: { opened: number | null; chatted: number; completed: number } | null;
}

interface RecipientShown {
  address: string;
  name: string | null;
  status: string;
  attempts: number;
  outcome: string | null;
  sent_at: string | null;
  opened: boolean | null;
  chatted: boolean | null;
}

interface Preview {
  recipients: number;
  duplicates: number;
  suppressed: number;
  limited: number;
  preview: { to: string; subject: string | null; text: string };
}

interface SendOptions extends Globals {
  channel: string;
  to?: string[];
  file?: string;
  template?: string;
  subject?: string;
  message?: string;
  language?: string;
  shared?: boolean;
  trackOpens?: boolean;
  dryRun?: boolean;
  wait: boolean;
  timeout: number;
}

interface ResendOptions extends Globals {
  to: string;
  template?: string;
  subject?: string;
  message?: string;
  dryRun?: boolean;
  wait: boolean;
  timeout: number;
}

interface Recipient {
  address: string;
  name?: string;
}

/** `Name <address>` or an address alone. */
function recipientOf(text: string): Recipient {
  const [, name = "", address = ""] = /^\s*(.*?)\s*<([^<>]+)>\s*$/.exec(text) ?? [];
  return address === "" ? { address: text.trim() } : { address, ...(name !== "" && { name }) };
}

function recipientsOf({ to = [], file }: SendOptions): Recipient[] {
  const lines = file === undefined ? [] : readFileSync(file, "utf8").split(/\r?\n/);
  const named = [...to, ...lines].map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  if (named.length === 0) throw usageError("name recipients with --to, or in a file with --file");
  return named.map(recipientOf);
}

const LOOK_EVERY_MS = 1_000;

/** Sends a link and waits until no recipient is pending; 1 when somebody did not get it. */
export async function sendLink(io: Io, agent: string, link: string, options: SendOptions): Promise<number> {
  const { channel, template, subject, message, language, dryRun } = options;
  const body = {
    ...{ channel, recipients: recipientsOf(options), template, subject, message, language },
    ...(options.shared === undefined ? {} : { personalised: !options.shared }),
    ...(options.trackOpens === undefined ? {} : { track_opens: options.trackOpens }),
    ...(dryRun === undefined ? {} : { dry_run: dryRun }),
  };
  return begin(io, { agent, link, path: linkPath(agent, link, "send"), body }, options);
}

/** Resends to some recipients of a delivery, and waits as a send does. */
export async function resend(
  io: Io,
  { agent, link, delivery }: { agent: string; link: string; delivery: string },
  options: ResendOptions,
): Promise<number> {
  const { to, template, subject, message, dryRun } = options;
  const body = { to, template, subject, message, ...(dryRun === undefined ? {} : { dry_run: dryRun }) };
  const path = linkPath(agent, link, "deliveries", encodeURIComponent(delivery), "resend");
  return begin(io, { agent, link, path, body }, options);
}

async function begin(
  io: Io,
  { agent, link, path: at, body }: { agent: string; link: string; path: string; body: object },
  options: Globals & { wait: boolean; timeout: number },
): Promise<number> {
  const transport = ownerTransport(io, options);
  const call = { method: "POST" as const, path: at, headers: { "idempotency-key": newId() } };
  const begun = await transport.json<{ delivery_id: string } | Preview>({ ...call, body, signal: io.signal });
  if (!("delivery_id" in begun)) return showPreview(io, begun, options);
  const path = linkPath(agent, link, "deliveries", begun.delivery_id);
  const look = () => transport.json<DeliveryShown>({ method: "GET", path, signal: io.signal });
  const deadline = performance.now() + options.timeout * 1_000;
  let shown = await look();
  while (options.wait && shown.status === "sending" && performance.now() < deadline) {
    await delay(LOOK_EVERY_MS, undefined, { signal: io.signal });
    shown = await look();
  }
  if (options.json) printJson(io, shown);
  else printLine(io, `delivery ${shown.id}: ${shown.status}, ${sentence(shown.counts)}`);
  const { failed, in_doubt, pending } = shown.counts;
  return options.wait && failed + in_doubt + pending > 0 ? EXIT.failure : EXIT.ok;
}

function sentence(counts: Counts): string {
  const { recipients, ...rest } = counts;
  const told = Object.entries(rest).flatMap(([name, count]) =>
    count > 0 ? [`${count} ${name.replace("_", " ")}`] : [],
  );
  return `${told.join(", ")} of ${recipients}`;
}

function showPreview(io: Io, shown: Preview, { json }: Globals): number {
  if (json) printJson(io, shown);
  else {
    const { recipients, duplicates, suppressed, limited, preview } = shown;
    printLine(
      io,
      `would go to ${recipients} (${duplicates} named twice, ${suppressed} suppressed, ${limited} limited)`,
    );
    printLine(io, safeLine(`To: ${preview.to}`));
    if (preview.subject !== null) printLine(io, safeLine(`Subject: ${preview.subject}`));
    for (const line of preview.text.split("\n")) printLine(io, safeLine(line));
  }
  return EXIT.ok;
}

/** Deliveries, newest first: of all links, of an agent's or of one; with `delivery` its recipients. */
export async function showDeliveries(
  io: Io,
  { agent, link, delivery }: { agent?: string; link?: string; delivery?: string },
  options: Globals & { status?: string; missed?: boolean; limit: number },
): Promise<number> {
  const { limit, status, missed } = options;
  const ofRecipients = agent !== undefined && link !== undefined && delivery !== undefined;
  const statuses = ofRecipients ? RECIPIENT_STATUSES : DELIVERY_STATUSES;
  if (status !== undefined && !statuses.includes(status)) {
    throw usageError(`--status here is one of ${statuses.join(", ")}.`);
  }
  if (ofRecipients && missed) throw usageError("--missed is of deliveries; of recipients take --status failed.");
  const transport = ownerTransport(io, options);
  if (!ofRecipients) {
    const query = { agent, link_id: link, status, missed: missed ? "true" : undefined };
    const list = { path: "/api/deliveries", query, limit, signal: io.signal };
    const data = await readAll<DeliveryShown>(transport, list);
    if (options.json) printJson(io, { data });
    else {
      const rows = data.map((one) => [
        ...[one.id, one.channel, one.template, one.status, sentence(one.counts)],
        ...[String(one.engagement?.opened ?? ""), String(one.engagement?.chatted ?? ""), one.created_at],
      ]);
      printTable(io, ["ID", "CHANNEL", "TEMPLATE", "STATUS", "RECIPIENTS", "OPENED", "CHATTED", "AT"], rows);
    }
    return EXIT.ok;
  }
  const path = linkPath(agent, link, "deliveries", encodeURIComponent(delivery), "recipients");
  const list = { path, query: { status }, limit };
  const data = await readAll<RecipientShown>(transport, { ...list, signal: io.signal });
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map((one) => [
      ...[one.address, one.name ?? "", one.status, String(one.attempts), one.outcome ?? ""],
      ...[one.sent_at ?? "", one.opened === true ? "yes" : "", one.chatted === true ? "yes" : ""],
    ]);
    printTable(io, ["ADDRESS", "NAME", "STATUS", "ATTEMPTS", "OUTCOME", "SENT", "OPENED", "CHATTED"], rows);
  }
  return EXIT.ok;
}

/** Cancels what was not sent yet. */
export async function cancelDelivery(
  io: Io,
  of: { agent: string; link: string; delivery: string },
  options: Globals,
): Promise<number> {
  const path = linkPath(of.agent, of.link, "deliveries", encodeURIComponent(of.delivery), "cancel");
  const shown = await ownerTransport(io, options).json<DeliveryShown>({ method: "POST", path, signal: io.signal });
  if (options.json) printJson(io, shown);
  else printLine(io, `delivery ${shown.id}: ${shown.status}, ${sentence(shown.counts)}`);
  return EXIT.ok;
}

interface SuppressionShown {
  id: string;
  address: string | null;
  reason: string;
  created_at: string;
}

/** People who get no more messages, newest first. */
export async function listSuppressions(io: Io, options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  const data = await readAll<SuppressionShown>(transport, { path: "/api/suppressions", signal: io.signal });
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map((one) => [one.id, one.address ?? "(not known)", one.reason, one.created_at]);
    printTable(io, ["ID", "ADDRESS", "REASON", "SINCE"], rows);
  }
  return EXIT.ok;
}

/** Adds an address to the list, once. */
export async function addSuppression(io: Io, address: string, options: Globals & { channel: string }): Promise<number> {
  const call = { method: "POST" as const, path: "/api/suppressions", body: { channel: options.channel, address } };
  const made = await ownerTransport(io, options).json<SuppressionShown>({ ...call, signal: io.signal });
  if (options.json) printJson(io, made);
  else printLine(io, safeLine(`${made.address ?? ""} gets no more messages (${made.reason})`));
  return EXIT.ok;
}

/** Removes an address from the list. */
export async function removeSuppression(io: Io, id: string, options: Globals): Promise<number> {
  const path = `/api/suppressions/${encodeURIComponent(id)}`;
  const answer = await ownerTransport(io, options).json({ method: "DELETE", path, signal: io.signal });
  if (options.json) printJson(io, answer);
  else printLine(io, "taken off the list");
  return EXIT.ok;
}
