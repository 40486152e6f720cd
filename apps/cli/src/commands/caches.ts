import { EXIT, type Io } from "../io.js";
import { printJson, printLine } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";

/** Clears what every gateway, session service and runner has cached of an agent and its links, or of all. May be repeated. */
export async function clearCaches(io: Io, options: Globals & { agent?: string }): Promise<number> {
  const transport = ownerTransport(io, options);
  const body = options.agent === undefined ? {} : { agent: options.agent };
  const call = { method: "POST" as const, path: "/api/caches/clear", body, signal: io.signal };
  const done = await transport.json<{ agent_id: string | null; cleared: true }>(call);
  if (options.json) printJson(io, done);
  else printLine(io, `cleared; ${options.agent ?? "all agents"} and their links are read again`);
  return EXIT.ok;
}
