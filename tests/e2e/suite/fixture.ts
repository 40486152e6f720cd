import { type ApiClient, createBearerClient, type HttpAnswer } from "@parley/testkit";
import type { Cluster } from "../../cluster/cluster.js";
import { ECHO, ECHO_2 } from "../../cluster/documents.js";
import { createTenant, importAgent, type Tenant } from "../../cluster/owner.js";

/** What every part of the suite finds: a running cluster with one tenant and one agent in two versions. */
export interface Fixture {
  cluster: Cluster;
  tenant: Tenant;
  /** Version 1 is active, version 2 is not. */
  agentId: string;
}

/** Parts of the suite take the fixture when a test runs; it is made in `beforeAll`. */
export type GetFixture = () => Fixture;

/** A tenant with the echo agent: version 1 active, version 2 imported and not activated. */
export async function makeFixture(cluster: Cluster): Promise<Fixture> {
  const tenant = await createTenant(cluster, "Suite");
  const agentId = await importAgent(tenant, "echo", ECHO);
  const second = await tenant.owner.call("POST", "/api/agents/echo/versions", { document: ECHO_2 });
  if (second.status !== 201) throw new Error(`no second version: ${second.text}`);
  return { cluster, tenant, agentId };
}

export interface Transition {
  from_node: string;
  from_node_name: string | null;
  to_node: string;
  to_node_name: string | null;
  condition: string | null;
}

export interface Session {
  session_id: string;
  conversation_id: string;
  initial_message: string | null;
  agent_config_version: number;
  is_active_version: boolean;
}

export interface Turn {
  response: string;
  turn_id: string;
  turn_number: number;
  node_id: string;
  session_ended: boolean;
  extracted_variables: Record<string, unknown> | null;
  transitions: Transition[];
}

export interface Message {
  id: string;
  sequence: number;
  turn_id: string;
  role: "user" | "assistant";
  content: string;
  client_message_id: string | null;
  status: string;
}

export interface Page<Item> {
  data: Item[];
  next_cursor: string | null;
}

let sessions = 0;

/** Body of a session creation. Never the same twice: an equal signed request within a second is a replay. */
export function sessionBody({ tenant, agentId }: Fixture, more: Record<string, unknown> = {}): Record<string, unknown> {
  sessions += 1;
  return { tenant_id: tenant.id, agent_id: agentId, metadata: { n: sessions }, ...more };
}

/** Opens a session. Throws with the answer when it is refused. */
export async function openSession(fixture: Fixture, more: Record<string, unknown> = {}): Promise<Session> {
  const answer = await fixture.tenant.signed.call<Session>("POST", "/api/chat/sessions", sessionBody(fixture, more));
  if (answer.status !== 201) throw new Error(`no session: ${answer.status} ${answer.text}`);
  return answer.body;
}

/** Sends a message and waits for the answer. */
export function send(
  fixture: Fixture,
  sessionId: string,
  content: string,
  more: { client_message_id?: string; headers?: Record<string, string> } = {},
): Promise<HttpAnswer<Turn>> {
  const { headers = {}, ...body } = more;
  const path = `/api/chat/sessions/${sessionId}/messages`;
  return fixture.tenant.signed.call<Turn>("POST", path, { content, ...body }, { headers });
}

/** The whole history, page by page, oldest first. */
export async function wholeHistory(fixture: Fixture, sessionId: string, limit = 200): Promise<Message[]> {
  let messages: Message[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `limit=${limit}${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
    const answer: HttpAnswer<Page<Message>> = await fixture.tenant.signed.call<Page<Message>>(
      "GET",
      `/api/chat/sessions/${sessionId}/messages?${query}`,
    );
    if (answer.status !== 200) throw new Error(`no history: ${answer.status} ${answer.text}`);
    messages = [...answer.body.data, ...messages];
    cursor = answer.body.next_cursor;
  } while (cursor !== null);
  return messages;
}

/** A visitor of the public API, with or without a session token. */
export const visitor = ({ cluster }: Fixture, sessionToken?: string): ApiClient =>
  createBearerClient({ bases: cluster.gateways, token: sessionToken });
