import { EXIT, type Io, usageError } from "../io.js";
import { printFields, printJson } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

interface Hours {
  time_zone: string;
  days: Partial<Record<(typeof DAYS)[number], { from: string; to: string }[]>>;
}

interface PeopleShown {
  hours: Hours | null;
  reply_minutes: number | null;
  fallback_minutes: number | null;
  notify: { emails: string[]; chat_urls: string[] };
  open_now: boolean;
  next_open_at: string | null;
}

export interface PeopleOptions extends Globals {
  hours?: string[];
  timeZone?: string;
  always?: true;
  replyMinutes?: number | "none";
  fallbackMinutes?: number | "none";
  mail?: string[];
  chat?: string[];
}

const at = (agent: string): string => `/api/agents/${encodeURIComponent(agent)}/people`;

const read = (io: Io, agent: string, options: Globals): Promise<PeopleShown> =>
  ownerTransport(io, options).json<PeopleShown>({ method: "GET", path: at(agent), signal: io.signal });

/** How the people behind an agent can be reached. Read-only. */
export async function showPeople(io: Io, agent: string, options: Globals): Promise<number> {
  return show(io, await read(io, agent, options), options);
}

/** Changes the given fields. Idempotent by state. */
export async function setPeople(io: Io, agent: string, options: PeopleOptions): Promise<number> {
  const { mail, chat, replyMinutes, fallbackMinutes } = options;
  const body = {
    hours: await hoursOf(io, agent, options),
    reply_minutes: orNull(replyMinutes),
    fallback_minutes: orNull(fallbackMinutes),
    ...((mail ?? chat) && { notify: { emails: listed(mail), chat_urls: listed(chat) } }),
  };
  if (Object.values(body).every((value) => value === undefined)) throw usageError("Say what is to hold; see --help.");
  const call = { method: "PUT" as const, path: at(agent), body, signal: io.signal };
  return show(io, await ownerTransport(io, options).json<PeopleShown>(call), options);
}

const orNull = (given: number | "none" | undefined): number | null | undefined => (given === "none" ? null : given);
const listed = (given: string[] | undefined): string[] | undefined => (given?.join() === "none" ? [] : given);

/** Null = always, undefined = unchanged. If only spans or only a zone is given, the other is taken from the current hours. */
async function hoursOf(io: Io, agent: string, options: PeopleOptions): Promise<Hours | null | undefined> {
  const { always, hours: spans, timeZone } = options;
  if (always) {
    if (spans ?? timeZone) throw usageError("--always stands alone: without hours there is no time zone.");
    return null;
  }
  if (spans !== undefined && timeZone !== undefined) return { time_zone: timeZone, days: readSpans(spans) };
  if (spans === undefined && timeZone === undefined) return undefined;
  const { hours: before } = await read(io, agent, options);
  if (before === null) throw usageError("The agent has no hours yet: say both --hours and --time-zone.");
  return spans === undefined
    ? { ...before, time_zone: timeZone ?? before.time_zone }
    : { ...before, days: readSpans(spans) };
}

/** `mon-fri 09:00-12:00,13:00-17:00`: days, a space, time spans. The server checks whether the times make sense. */
function readSpans(given: string[]): Hours["days"] {
  const days: Hours["days"] = {};
  for (const text of given) {
    const [, first = "", last = first, times = ""] = /^([a-z]{3,9})(?:-([a-z]{3,9}))? +(\S+)$/i.exec(text.trim()) ?? [];
    const [from, to] = [dayOf(first), dayOf(last)];
    const spans = times.split(",").map((span) => /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(span));
    if (from < 0 || to < from || spans.includes(null))
      throw usageError(`"${text}" is no time of the week; write for example "mon-fri 09:00-12:00,13:00-17:00".`);
    for (const day of DAYS.slice(from, to + 1))
      days[day] = spans.map((span) => ({ from: span?.[1] ?? "", to: span?.[2] ?? "" }));
  }
  return days;
}

const dayOf = (name: string): number =>
  name.length < 3 ? -1 : DAYS.findIndex((day) => day.startsWith(name.toLowerCase()));

function show(io: Io, people: PeopleShown, { json }: Globals): number {
  if (json) printJson(io, people);
  else {
    const { hours, reply_minutes: reply, fallback_minutes: fallback, notify, next_open_at: next } = people;
    printFields(io, {
      hours: hours === null ? "always" : `${said(hours)} (${hours.time_zone})`,
      "open now": people.open_now ? "yes" : next === null ? "no" : `no, until ${next}`,
      "reply minutes": reply === null ? "not said" : String(reply),
      "fallback minutes": fallback === null ? "never" : String(fallback),
      mail: notify.emails.join(", ") || "nobody",
      chat: notify.chat_urls.join(", ") || "nobody",
    });
  }
  return EXIT.ok;
}

/** In the format of `set --hours`. */
const said = ({ days }: Hours): string =>
  DAYS.flatMap((day) => {
    const spans = days[day] ?? [];
    return spans.length === 0 ? [] : [`${day.slice(0, 3)} ${spans.map(({ from, to }) => `${from}-${to}`).join(",")}`];
  }).join("; ") || "never";
