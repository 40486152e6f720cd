import { EXIT, type Io } from "../io.js";
import { printJson, printLine } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";

interface DemoWeek {
  state: "none" | "playing" | "played";
  sessions: number;
  links: { agent: string; id: string }[];
}

const PATH = "/api/demo-week";

/** Shows how much is left of the demo week of a first start. */
export async function showDemoWeek(io: Io, options: Globals): Promise<number> {
  const { signal } = io;
  const week = await ownerTransport(io, options).json<DemoWeek>({ method: "GET", path: PATH, signal });
  if (options.json) printJson(io, week);
  else if (week.state === "none") printLine(io, "no made-up conversations");
  else {
    const state = week.state === "playing" ? ", more are coming" : "";
    printLine(io, `${week.sessions} made-up conversations of ${week.links.length} links${state}`);
  }
  return EXIT.ok;
}

/** Removes the demo week permanently. May be repeated. */
export async function removeDemoWeek(io: Io, options: Globals): Promise<number> {
  const { signal } = io;
  const transport = ownerTransport(io, options);
  const removed = await transport.json<{ sessions: number }>({ method: "DELETE", path: PATH, signal });
  if (options.json) printJson(io, removed);
  else printLine(io, `removed ${removed.sessions} made-up conversations with their links and numbers`);
  return EXIT.ok;
}
