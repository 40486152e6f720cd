/** Rows as the management API answers them; each test changes the few members it is about. */
export type Row = Record<string, unknown>;

export const AGENT_ID = "0198a000-0000-7000-8000-000000000001";
export const LINK_ID = "0198a000-0000-7000-8000-000000000002";
const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

export const agentRow = (row: Row): Row => ({
  id: AGENT_ID,
  tenant_id: "0198a000-0000-7000-8000-000000000000",
  name: "Clinic Desk",
  slug: "clinic-desk",
  description: "Appointments, opening hours and questions about a bill.",
  active_version: 2,
  created_at: minutesAgo(5_000),
  updated_at: minutesAgo(90),
  ...row,
});

export const versionRow = (row: Row): Row => ({
  version: 1,
  content_hash: "9f86d081884c7d659a2feaa0c55ad015",
  notes: null,
  active: false,
  created_at: minutesAgo(3_000),
  ...row,
});

export const linkRow = (row: Row): Row => ({
  id: LINK_ID,
  agent_id: AGENT_ID,
  token_hint: "pl_…9x2K",
  status: "active",
  title: "Front desk poster",
  description: "The one on the door.",
  agent_version: "active",
  expires_at: null,
  max_sessions: 50,
  max_messages_per_session: 100,
  session_timeout_minutes: 30,
  is_active: true,
  created_at: minutesAgo(2_000),
  usage: { sessions_used: 12, sessions_remaining: 38, sessions_active: 1, messages: 87, last_used_at: minutesAgo(4) },
  ...row,
});

export const sessionRow = (row: Row): Row => ({
  session_id: "text_Q0o1r5vK2bXw8mTz4LpYcA",
  conversation_id: "0198a000-0000-7000-8000-000000000003",
  status: "active",
  node_id: "collect",
  node_name: "Collect Visitor Details",
  turns: 3,
  transition_count: 2,
  message_count: 3,
  remaining_messages: 97,
  collected_data: { visitor_name: "Ada Lovelace", visit: { day: "Monday", hour: 9 } },
  metadata: {},
  agent_id: AGENT_ID,
  agent_config_version: 2,
  link_id: LINK_ID,
  created_at: minutesAgo(12),
  updated_at: minutesAgo(3),
  ended_at: null,
  end_reason: null,
  expires_at: null,
  ...row,
});
