import type { Bus } from "@parley/bus";
import { GATEWAYS_KEY, type PresentPerson, presenceTold } from "@parley/contracts";
import type { TenantFacts } from "./tenant-facts.js";

export interface Presence {
  /** Who is viewing a session, on all gateways; the longest first. */
  of(tenantId: string, sessionId: string): PresentPerson[];
  /** Reports somebody's activity to every gateway; `activity` null = they left. Must be repeated within ten seconds. */
  note(
    at: { tenantId: string; sessionId: string },
    person: { id: string; name: string | null },
    activity: Activity,
  ): void;
  start(): void;
  stop(): void;
}
type Activity = PresentPerson["activity"] | null;

/** After this time without a report, the person has closed the page. */
const HELD_MS = 8_000;
const SWEEP_MS = 1_000;
/** Maximum sessions kept per gateway; far more than people can view. */
const MAX_SESSIONS = 20_000;

interface Seen extends PresentPerson {
  heardAt: number;
}

/**
 * Who is viewing which session. Kept in each gateway's memory from what all of them report to each other, and lost with it: open pages
 * report it again within seconds.
 */
export function createPresence({ bus, facts }: { bus: Bus; facts: TenantFacts }): Presence {
  const sessions = new Map<string, { tenantId: string; sessionId: string; people: Map<string, Seen> }>();
  let timer: NodeJS.Timeout | undefined;
  let unsubscribe = (): void => undefined;
  const keyOf = (tenantId: string, sessionId: string): string => `${tenantId} ${sessionId}`;

  const of = (tenantId: string, sessionId: string): PresentPerson[] =>
    [...(sessions.get(keyOf(tenantId, sessionId))?.people.values() ?? [])].map(
      ({ heardAt: _heard, ...person }) => person,
    );

  const tell = (tenantId: string, sessionId: string): void =>
    facts.tell(tenantId, { type: "session.presence", session_id: sessionId, present: of(tenantId, sessionId) });

  const hear = (
    { tenantId, sessionId }: { tenantId: string; sessionId: string },
    person: { id: string; name: string | null },
    activity: Activity,
  ): void => {
    const key = keyOf(tenantId, sessionId);
    const session = sessions.get(key) ?? { tenantId, sessionId, people: new Map<string, Seen>() };
    const before = session.people.get(person.id);
    if (activity === null) session.people.delete(person.id);
    else {
      if (before === undefined && sessions.size >= MAX_SESSIONS && !sessions.has(key)) return;
      const since = before?.since ?? new Date().toISOString();
      session.people.set(person.id, { ...person, activity, since, heardAt: performance.now() });
    }
    if (session.people.size > 0) sessions.set(key, session);
    else sessions.delete(key);
    if (before?.activity !== activity && !(before === undefined && activity === null)) tell(tenantId, sessionId);
  };

  const sweep = (): void => {
    const now = performance.now();
    for (const { tenantId, sessionId, people } of [...sessions.values()])
      for (const { id, name, heardAt } of [...people.values()])
        if (now - heardAt > HELD_MS) hear({ tenantId, sessionId }, { id, name }, null);
  };

  /** This gateway's own reports return over the bus, too, and then change nothing. */
  return {
    of,
    note(at, person, activity) {
      hear(at, person, activity);
      bus.publishLive(presenceTold, GATEWAYS_KEY, { ...at, person, activity });
    },
    start() {
      unsubscribe = bus.listenLive(presenceTold, GATEWAYS_KEY, ({ tenantId, sessionId, person, activity }) =>
        hear({ tenantId, sessionId }, person, activity),
      );
      timer = setInterval(sweep, SWEEP_MS).unref();
    },
    stop() {
      unsubscribe();
      clearInterval(timer);
    },
  };
}
