import type { IncomingMessage } from "node:http";
import type { Refusal } from "@parley/web-kit/testing";
import type { FakeLive } from "./fake-live.js";
import type { Row } from "./rows.js";

export interface Seen {
  call: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  body: Row;
}

/** The management API of one tenant as the console sees it: rows in memory and a switch for each refusal. */
export interface FakeApi {
  url: string;
  agents: Row[];
  versions: Row[];
  links: Row[];
  sessions: Row[];
  documents: Row[];
  ingesting: Row[];
  templates: Row[];
  /** Sent links, to whom, and who wants no more. */
  deliveries: Row[];
  webhookDeliveries: Row[];
  recipients: Row[];
  suppressions: Row[];
  messageTemplates: Row[];
  alerts: Row[];
  /** Of whatever alert is asked for. */
  firings: Row[];
  deadLetters: Row[];
  securityEvents: Row[];
  /** Host identity settings of whatever link is asked for. */
  identity: Row;
  policy: Row;
  people: Row;
  requests: Row[];
  escalations: Row[];
  notes: Row[];
  /** Verdicts by session. */
  reviews: Record<string, Row>;
  savedReplies: Row[];
  /** null = a mail server is configured, so that there is no mailbox. */
  mails: Row[] | null;
  users: Row[];
  /** To choose from after the identity provider. */
  tenants: Row[];
  analytics: Row;
  /** Secrets of whatever agent is asked for. */
  secrets: Row[];
  /** The draft of the signed-in user; null = there is none. */
  draft: Row | null;
  /** Who the token belongs to. */
  who: Row;
  comments: Row[];
  demoWeek: Row;
  /** What the installation says of itself, where it is not well. */
  system: Row;
  live: FakeLive;
  /** Turns of whatever session is asked for. */
  traced: Row[];
  /** What running the tests of a version answers. */
  tested: Row;
  /** 409 in place of activating and importing, until a reason is given or the tests pass. */
  gate: Row | null;
  /** Refusals by call (`POST /agents/:/import`), until they are taken away. */
  refuse: Record<string, Refusal>;
  /** While set, the calls are kept waiting. */
  hold: Promise<void> | null;
  seen: Seen[];
  close(): Promise<void>;
}

export type Handler = (at: { parts: string[]; query: URLSearchParams; body: Row }) => [status: number, body: unknown];
