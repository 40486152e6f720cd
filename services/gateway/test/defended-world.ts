import { listSecurityEvents, noteSecurity, type SecurityEventNote } from "@parley/contracts";
import { expect } from "vitest";
import { bodyOf, startWorld, type World } from "./gateway-under-test.js";

export interface Call {
  from?: string;
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export const codeOf = async (answer: Response): Promise<[number, string | undefined]> => [
  answer.status,
  answer.status < 400 ? undefined : (await bodyOf(answer)).code,
];

/** Calls a gateway as the visitor at an address. */
export function callAt(
  { url }: { url: string },
  path: string,
  { from = "192.0.2.1", method, body, headers }: Call = {},
): Promise<Response> {
  return fetch(url + path, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: {
      "x-forwarded-for": from,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
  });
}

/** Opens a session, and sends messages in it. */
export async function senderAt(world: World, token: string, from: string): Promise<() => Promise<Response>> {
  const opened = await bodyOf(await callAt(world, `/api/public/sessions/${token}`, { from, body: {} }));
  const headers = { authorization: `Bearer ${opened.session_token}` };
  return () => callAt(world, `/api/public/chat/${token}`, { from, headers, body: { message: "hi" } });
}

export interface DefendedWorld extends World {
  /** What the gateway has told the links service. */
  noted: SecurityEventNote[];
  /** Waits until the gateway has told of this kind at this link. */
  told(linkId: string, kind: string): Promise<SecurityEventNote>;
}

/** A gateway behind a proxy, and all it notes of attacks. */
export async function startDefended(env: Record<string, string> = {}): Promise<DefendedWorld> {
  const world = await startWorld({ TRUSTED_PROXIES: "127.0.0.1", PROOF_DIFFICULTY: "256", ...env });
  const noted: SecurityEventNote[] = [];
  world.bus.serve(noteSecurity, async ({ events }) => {
    noted.push(...events);
    return { noted: events.length };
  });
  world.bus.serve(listSecurityEvents, async () => ({ data: [], nextCursor: null }));
  // One connection is read in order: when this is answered, the notes above are served.
  const principal = { tenantId: null, role: "viewer", via: "token", id: "t" } as const;
  await world.bus.call(listSecurityEvents, { principal, days: 1, limit: 1 });
  const told = async (linkId: string, kind: string): Promise<SecurityEventNote> => {
    const find = () => noted.find((event) => event.linkId === linkId && event.kind === kind);
    await expect.poll(find, { timeout: 5_000 }).toBeDefined();
    const event = find();
    if (event === undefined) throw new Error("no such event");
    return event;
  };
  return { ...world, noted, told };
}
