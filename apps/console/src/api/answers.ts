import type {
  AgentView,
  BulkLinkResult,
  EscalationView,
  HistoryMessage,
  KeyView,
  KnowledgeDocument,
  Link,
  RetrievedPassage,
  SessionAnalysis,
  SessionView,
  SignInTenant as SignInTenantView,
  SuiteResult,
  TokenView,
  UserSessionView,
  UserView,
  WebhookDelivery,
  WebhookView,
} from "@parley/contracts";

export type {
  AccessPolicy,
  AccessRequest,
  HistoryMessage,
  HostIdentity,
  KnowledgeDocument,
  KnowledgeIngestion as Ingestion,
  Link as PublicLink,
  LinkSnippets as Snippets,
  LinkTemplate as Template,
  OfficeHours,
  PeopleView as People,
  SessionStatus,
  SessionTrace,
  TracedTurn,
  WhoAmI,
} from "@parley/contracts";

/**
 * Answers of the management API, named as in the API. The console belongs to the server that sent it, so the types of answers are trusted;
 * only refusals are parsed member by member (`problem.ts`).
 */
export type Agent = AgentView;
export type Webhook = WebhookView;
export type Delivery = WebhookDelivery;
export type SigningKey = KeyView;
export type AccessToken = TokenView;
export type User = UserView;
export type UserSession = UserSessionView;
export type SignInTenant = SignInTenantView;

export type Escalation = EscalationView;
export interface EscalationCounts {
  waiting: number;
  mine: number;
  assigned: number;
  oldest: string | null;
}
export interface Operator {
  id: string;
  name: string;
  me: boolean;
}

/** The list leaves out members that only a single session has. */
export type Session = Omit<SessionView, "last_event_offset" | "epoch"> & {
  last_event_id?: string;
  /** Only of an ended session. */
  analysis?: SessionAnalysis | null;
};
export type Usage = NonNullable<SessionView["usage"]>;

export interface Transcript {
  session: Session;
  messages: HistoryMessage[];
  /** There are older messages than these. */
  truncated: boolean;
}

export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

export interface Version {
  version: number;
  notes: string | null;
  active: boolean;
  content_hash: string;
  created_at: string;
}

/** A finding about an agent document; the path leads into the document. */
export interface Issue {
  path: (string | number)[];
  code: string;
  message: string;
  severity: "error" | "warning";
}

export interface Imported {
  status: "created" | "updated" | "validated";
  agent_id: string | null;
  version: number | null;
  active: boolean;
  issues: Issue[];
}

export type TestResult = SuiteResult & { version: number };

export type LinkStatus = Link["status"];
export type LinkCreated = Link & { token: string; url: string };
export type BulkLinks = { results: (BulkLinkResult & { url?: string })[] };

export interface Analytics {
  sessions: { total: number };
  messages: number;
  unique_visitors: { total: number; confirmed: number; anonymous: number };
  unique_addresses: number;
  /** 0 to 1; null = no session has ended. */
  completion_rate: number | null;
  engagement: { average_messages: number | null; average_duration_seconds: number | null };
  response_time_ms: { average: number | null; p95: number | null };
  failed_messages: number;
  end_reasons: Record<string, number>;
  satisfaction: { ratings: number; average: number | null };
  by_day: Day[];
}

interface Day {
  day: string;
  sessions: number;
  messages: number;
  completed: number;
}

export interface SecurityEvent {
  id: string;
  kind: string;
  scope: string | null;
  country: string | null;
  session_id: string | null;
  count: number;
  at: string;
}

export interface IdentitySecret {
  secret: string;
  previous_secret_valid_until: string | null;
}

export interface Mail {
  id: string;
  to: string;
  subject: string;
  text: string;
  created_at: string;
}

export type VectorState = NonNullable<KnowledgeDocument["embedding"]>["status"];
export type Passage = Pick<RetrievedPassage, "n" | "heading" | "text">;
export type FoundPassage = RetrievedPassage;
export type SearchMode = "hybrid" | "fts" | "vector";

export interface Found {
  mode: SearchMode;
  /** `vectors_unavailable`: only words were searched. */
  warning: string | null;
  passages: FoundPassage[];
  /** Usage of the question's embedding; null = no model was called. */
  embedding: { model: string; input_tokens: number } | null;
}

export const SEARCH_MODES = ["hybrid", "fts", "vector"] as const satisfies SearchMode[];
export const ACCESS_MODES = ["open", "any_verified", "approval"] as const;
export const REQUEST_STATUSES = ["pending", "approved", "denied"] as const;
