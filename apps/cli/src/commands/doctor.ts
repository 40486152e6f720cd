import { ParleyError, type Transport } from "@parley/client";
import { agentIdOf } from "../agent-id.js";
import { EXIT, type Io } from "../io.js";
import { safeLine } from "../plain-text.js";
import { printJson, printLine } from "../report.js";
import { chatClient, type Globals, keyOf, ownerTransport, tenantOf, urlOf } from "../settings.js";
import { styleFor } from "../style.js";
import { clientAddress } from "./doctor-address.js";
import type { Finding } from "./doctor-finding.js";

const CALL_MS = 5_000;
/** The server's window is five minutes; half a minute of skew is a clock that nobody synchronises. */
const SKEW_WARNING_MS = 30_000;
const SKEW_FAILURE_MS = 300_000;
/** An event that is forwarded immediately arrives long before; a proxy that buffers holds it until the stream ends. */
const FIRST_EVENT_MS = 3_000;

interface DoctorOptions extends Globals {
  agent?: string;
}

/** Checks everything between this machine and an answer. Exit code 1 when something is broken; warnings do not count. */
export async function doctor(io: Io, options: DoctorOptions): Promise<number> {
  const url = urlOf(io, options);
  const findings = await reachability(url);
  if (findings.every(({ state }) => state !== "failed")) {
    findings.push(await readiness(url), ...(await credentials(io, options)));
    findings.push(await clientAddress(io, options), await streaming(io, options));
  }
  const failed = findings.some(({ state }) => state === "failed");
  if (options.json) printJson(io, { url, ok: !failed, checks: findings });
  else print(io, url, findings);
  return failed ? EXIT.failure : EXIT.ok;
}

async function reachability(url: string): Promise<Finding[]> {
  const started = Date.now();
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(CALL_MS) });
    await response.body?.cancel();
    const tookMs = Date.now() - started;
    const state = response.ok ? "ok" : "failed";
    const detail = response.ok ? `answers in ${tookMs} ms` : `status ${response.status}: another server answers here`;
    return [{ check: "reachable", state, detail }, clockSkew(response, started + tookMs / 2)];
  } catch {
    return [{ check: "reachable", state: "failed", detail: "no answer at this address" }];
  }
}

function clockSkew(response: Response, atMs: number): Finding {
  const serverMs = Date.parse(response.headers.get("date") ?? "");
  if (!Number.isFinite(serverMs)) return { check: "clock", state: "skipped", detail: "the server tells no time" };
  // The header is truncated to whole seconds, so its middle is the better estimate.
  const skewMs = Math.round(serverMs + 500 - atMs);
  const size = Math.abs(skewMs);
  const state = size >= SKEW_FAILURE_MS ? "failed" : size >= SKEW_WARNING_MS ? "warning" : "ok";
  const seconds = Math.round(size / 1_000);
  const side = skewMs < 0 ? "ahead of" : "behind";
  const detail = seconds <= 1 ? "agrees with the server" : `${seconds} s ${side} the server; signatures allow 300 s`;
  return { check: "clock", state, detail };
}

async function readiness(url: string): Promise<Finding> {
  const check = "ready";
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(CALL_MS) });
    const body: unknown = await response.json();
    const bad = failingChecks(body);
    if (response.ok && bad.length === 0) return { check, state: "ok", detail: "all dependencies answer" };
    const state = response.ok ? "warning" : "failed";
    return { check, state, detail: bad.length === 0 ? "not ready" : `without ${bad.join(", ")}` };
  } catch {
    return { check, state: "failed", detail: "no readable answer from /readyz" };
  }
}

function failingChecks(body: unknown): string[] {
  if (typeof body !== "object" || body === null || !("checks" in body)) return [];
  if (typeof body.checks !== "object" || body.checks === null) return [];
  return Object.entries(body.checks).flatMap(([name, state]: [string, unknown]) =>
    typeof state === "object" && state !== null && "ok" in state && state.ok === false ? [name] : [],
  );
}

/** A session that cannot exist: 404 means that the signature was valid, whatever the tenant of the key. */
const NOWHERE = "/api/chat/sessions/text_doctor";

async function credentials(io: Io, options: Globals): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (keyOf(io) === undefined) {
    findings.push({ check: "key", state: "skipped", detail: "set PARLEY_KEY or ADMIN_API_KEY to try it" });
  } else findings.push(await works("key", chatClient(io, options).transport, { path: NOWHERE, good: 404 }));
  if (io.env.PARLEY_TOKEN) {
    const transport = ownerTransport(io, options);
    findings.push(await works("token", transport, { path: "/api/agents?limit=1", good: 422 }));
  }
  return findings;
}

async function works(
  check: string,
  transport: Transport,
  { path, good }: { path: string; good: number },
): Promise<Finding> {
  const detail = "accepted";
  try {
    await transport.json({ method: "GET", path });
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    if (error.status !== good) return { check, state: "failed", detail: `${error.detail} (${error.code})` };
  }
  // The client corrects a wrong clock by itself; other programs with this key do not.
  if (transport.skewMs !== 0) return { check, state: "warning", detail: "accepted after correcting the clock" };
  return { check, state: "ok", detail };
}

/** Opens a session, measures how long its first event takes, and ends it. */
async function streaming(io: Io, options: DoctorOptions): Promise<Finding> {
  const check = "streaming";
  const tenant = tenantOf(io, options);
  if (keyOf(io) === undefined || tenant === undefined || options.agent === undefined) {
    return { check, state: "skipped", detail: "give a key, --tenant and --agent to try it" };
  }
  const client = chatClient(io, options);
  const { sessions } = client;
  try {
    const agentId = await agentIdOf(client, { tenant, agent: options.agent, signal: io.signal });
    const { session_id: id } = await sessions.create({ tenant_id: tenant, agent_id: agentId });
    try {
      return { check, ...(await firstEvent(sessions.events(id, { signal: AbortSignal.timeout(FIRST_EVENT_MS) }))) };
    } finally {
      await sessions.end(id).catch(() => undefined);
    }
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    return { check, state: "failed", detail: `${error.detail} (${error.code})` };
  }
}

async function firstEvent(events: AsyncGenerator<unknown>): Promise<Omit<Finding, "check">> {
  const started = performance.now();
  try {
    await events.next();
    return { state: "ok", detail: `first event after ${Math.round(performance.now() - started)} ms` };
  } catch (error) {
    if (error instanceof ParleyError) throw error;
    const detail = `no event within ${FIRST_EVENT_MS} ms: a proxy in between buffers; switch that off for text/event-stream`;
    return { state: "failed", detail };
  } finally {
    await events.return(undefined);
  }
}

function print(io: Io, url: string, findings: Finding[]): void {
  const style = styleFor(io);
  const marks = { ok: style.green("✓"), warning: style.yellow("!"), failed: style.red("✗"), skipped: style.dim("-") };
  printLine(io, url);
  for (const { check, state, detail } of findings)
    printLine(io, `  ${marks[state]} ${check.padEnd(10)} ${safeLine(detail)}`);
}
