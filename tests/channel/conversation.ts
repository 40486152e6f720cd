import { type ApiClient, createBearerClient } from "@parley/testkit";
import type { Cluster } from "../cluster/cluster.js";
import { createLink, type MadeLink, type Tenant } from "../cluster/owner.js";

/** A conversation of the widget channel, and its visitor's calls. */
export interface Conversation {
  id: string;
  userId: string;
  token: string;
  link: MadeLink;
  me: ApiClient;
}

export const LINK = {
  max_sessions: 10_000,
  rate_limit_per_minute: 100,
  max_messages_per_session: 1_000,
  proof_of_work: "off",
};

export interface OpenedConversation {
  conversation_id: string;
  user_id: string;
  session_token: string;
  expires_at: string | null;
}

/** Opens a conversation on this link. Throws with the answer when it is refused. */
export async function converse(cluster: Pick<Cluster, "gateways">, link: MadeLink): Promise<Conversation> {
  const anyone = createBearerClient({ bases: cluster.gateways });
  const opened = await anyone.call<OpenedConversation>("POST", "/chat/conversations", { link: link.token });
  if (opened.status !== 201) throw new Error(`no conversation: ${opened.status} ${opened.text}`);
  const { conversation_id: id, user_id: userId, session_token: token } = opened.body;
  return { id, userId, token, link, me: createBearerClient({ bases: cluster.gateways, token }) };
}

export async function newConversation(
  cluster: Pick<Cluster, "gateways">,
  tenant: Tenant,
  link: Record<string, unknown> = {},
): Promise<Conversation> {
  return converse(cluster, await createLink(tenant, "echo", { ...LINK, ...link }));
}

/** A message as the channel shows it. */
export interface Shown {
  id: string;
  sender_id: string;
  sender_type: string;
  content: string;
  timestamp: string;
  conversation_id: string;
  client_message_id?: string;
  author?: string;
  author_name?: string;
}

export interface History {
  conversation_id: string;
  messages: Shown[];
  count: number;
  last_event_id: string;
}
