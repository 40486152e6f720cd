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
  mcp_tools: null,
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

export const DOCUMENT_ID = "0198a000-0000-7000-8000-00000000000d";
export const documentRow = (row: Row): Row => ({
  id: DOCUMENT_ID,
  name: "prices.md",
  media_type: "text/markdown",
  language: "english",
  bytes: 18_400,
  content_hash: "9f86d081884c7d659a2feaa0c55ad015",
  revision: 1,
  status: "ready",
  chunks: 12,
  embedding_model: "text-embedding-3-small",
  embedding: { status: "ready", error: null, tokens: 3_912, cost: 0.00007824 },
  from_version: 2,
  until_version: null,
  created_at: minutesAgo(200),
  ...row,
});

export const usageRow = (row: Row): Row => ({
  ...{ sessions_used: 12, sessions_remaining: 38, sessions_active: 1, messages: 87, last_used_at: minutesAgo(4) },
  ...{ tokens_used: null, cost_used: null },
  ...row,
});

export const linkRow = (row: Row): Row => ({
  id: LINK_ID,
  agent_id: AGENT_ID,
  token_hint: "pl_…9x2K",
  status: "active",
  title: "Front desk poster",
  description: "The one at the entrance.",
  agent_version: "active",
  expires_at: null,
  max_sessions: 50,
  max_messages_per_session: 100,
  session_timeout_minutes: 30,
  rate_limit_per_minute: 10,
  max_message_length: 4_000,
  welcome_message: null,
  require_email: false,
  allowed_email_domains: [],
  allowed_domains: [],
  branding: {},
  chat_intent: null,
  system_prompt_override: null,
  initial_message: null,
  max_concurrent_sessions: null,
  intro: "none",
  allowed_ips: [],
  allowed_countries: [],
  blocked_countries: [],
  pin_required: false,
  consent_text: null,
  starters: [],
  file_uploads: { enabled: false, types: ["image/png"], max_bytes: 5_242_880, max_count: 10 },
  proof_of_work: "adaptive",
  retention_days: null,
  source_session_id: null,
  recipient: null,
  budget: null,
  friendly_errors: false,
  metadata: {},
  is_active: true,
  created_by: "owner",
  created_at: minutesAgo(2_000),
  updated_at: minutesAgo(2_000),
  usage: usageRow({}),
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
  tenant_id: "0198a000-0000-7000-8000-000000000000",
  agent_id: AGENT_ID,
  agent_config_version: 2,
  link_id: LINK_ID,
  last_event_id: "1-0",
  created_at: minutesAgo(12),
  updated_at: minutesAgo(3),
  ended_at: null,
  end_reason: null,
  expires_at: null,
  ...row,
});

const stateOf = ({ status, waiting_since }: Row): string =>
  status !== "active" ? "ended" : waiting_since ? "waiting" : "running";

/** As lists show it. */
export const listedSession = (row: Row): Row => ({
  ...{ title: "my name is Ada", person: "Ada Lovelace", agent_name: "Clinic Desk", link_title: "Front desk" },
  ...{ state: stateOf(row), last_activity_at: row.updated_at },
  ...{ cost: 0.0004, rating: null, thumbs_up: 0, thumbs_down: 0, failed_turns: 0, escalated: false, went_badly: false },
  ...{ sampled: false, review: null },
  ...row,
});

export const templateRow = (row: Row): Row => ({
  id: "anonymous_feedback",
  name: "anonymous_feedback",
  built_in: true,
  ...{ created_by: null, created_at: null, updated_at: null },
  title: "Anonymous feedback",
  expires_in_hours: 168,
  max_sessions: 100,
  max_messages_per_session: 25,
  ...row,
});

export const analyticsRow = (days: number, row: Row): Row => ({
  link_id: LINK_ID,
  days,
  from: "2026-01-01",
  to: "2026-01-31",
  sessions: { total: 41, active: 1, completed: 30, abandoned: 9, error: 1 },
  messages: 312,
  unique_visitors: { total: 38, confirmed: 12, anonymous: 26 },
  unique_addresses: 31,
  completion_rate: 0.75,
  engagement: { average_messages: 7.6, average_duration_seconds: 340 },
  response_time_ms: { average: 1_240, p95: 3_900 },
  failed_messages: 2,
  end_reasons: { workflow_ended: 30 },
  satisfaction: { ratings: 9, average: 4.4 },
  by_day: Array.from({ length: days }, (_, index) => ({
    day: new Date(Date.now() - (days - 1 - index) * 86_400_000).toISOString().slice(0, 10),
    sessions: (index * 7) % 5,
    messages: (index * 13) % 29,
    completed: (index * 7) % 3,
  })),
  last_used_at: minutesAgo(4),
  ...row,
});

export const securityRow = (row: Row): Row => ({
  id: "0198a000-0000-7000-8000-0000000000e1",
  link_id: LINK_ID,
  kind: "pin_failures",
  scope: "address",
  country: "DE",
  address_hash: "f00",
  session_id: null,
  count: 14,
  at: minutesAgo(50),
  ...row,
});

export const requestRow = (row: Row): Row => ({
  id: "0198a000-0000-7000-8000-0000000000d1",
  email: "bob@example.com",
  status: "pending",
  link_id: LINK_ID,
  created_at: minutesAgo(30),
  decided_at: null,
  decided_by: null,
  ...row,
});

export const mailRow = (row: Row): Row => ({
  id: "0198a000-0000-7000-8000-0000000000c1",
  to: "bob@example.com",
  subject: "Your code for Front desk",
  text: "Hello,\n\n    123456\n\nis your code.",
  created_at: minutesAgo(2),
  ...row,
});

/** A step of a test; `got` is what it led to. */
export const stepRow = (row: Row): Row => ({ step: 0, say: null, passed: true, reasons: [], got: null, ...row });

export const testedRow = (row: Row): Row => ({
  content_hash: "9f86d081884c7d659a2feaa0c55ad015",
  passed: false,
  tests: [],
  coverage: { nodes: { visited: 0, total: 4, unvisited: [] }, edges: { visited: 0, total: 5, unvisited: [] } },
  duration_ms: 120,
  ran_at: minutesAgo(0),
  ...row,
});

export const identityRow = (): Row => ({
  ...{ link_id: LINK_ID, audience: LINK_ID, secret_set: false, secret_created_at: null },
  ...{ previous_secret_valid_until: null, jwks_url: null, public_key: null },
});

/** The document of every version. */
export const agentDocument: Row = {
  agent: { name: "Clinic Desk" },
  workflow: {
    initial_node: "greet",
    global_prompt: "You are Nora.",
    nodes: [
      {
        id: "greet",
        name: "Greeting",
        system_prompt: "Greet.",
        transitions: [{ condition: "contains:bye", target: "bye" }],
      },
      { id: "bye", type: "end_call", static_text: "Goodbye." },
    ],
  },
};
