import { followEvents } from "@parley/client";
import { EXIT, type Io } from "../io.js";
import { safeLine } from "../plain-text.js";
import { printFields, printJson, printLine } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";

/** Follows the events of the tenant, across reconnects, until interrupted; with --json one event per line. */
export async function watchTenant(io: Io, options: Globals): Promise<number> {
  try {
    for await (const { data } of followEvents(ownerTransport(io, options), "/api/events", { signal: io.signal })) {
      const { type, at, ...rest } = data;
      if (options.json) printJson(io, data);
      else printLine(io, safeLine(`${at} ${type} ${Object.values(rest).filter(Boolean).map(String).join(" ")}`));
    }
  } catch (error) {
    if (!io.signal.aborted) throw error;
  }
  return EXIT.ok;
}

/** Shows whether all is well. Read-only. */
export async function showOverview(io: Io, options: Globals): Promise<number> {
  const call = { method: "GET" as const, path: "/api/overview", signal: io.signal };
  const answer = await ownerTransport(io, options).json<Record<string, unknown>>(call);
  if (options.json) printJson(io, answer);
  else printFields(io, answer);
  return EXIT.ok;
}
