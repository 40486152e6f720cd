import {
  count,
  countOrNull,
  type Json,
  list,
  numberOrNull,
  oneOf,
  record,
  text,
  textOrNull,
  texts,
} from "./reading.js";

/** What the management API tells about links beside the links themselves. */
export interface Template {
  id: string;
  name: string;
  builtIn: boolean;
  /** The fields of a link it sets. */
  settings: Json;
}

export interface Embed {
  url: string;
  iframe: string;
}

export interface Day {
  day: string;
  sessions: number;
  messages: number;
  completed: number;
}

export interface Analytics {
  sessions: number;
  messages: number;
  visitors: { total: number; confirmed: number; anonymous: number };
  /** 0 to 1; null = no session has ended. */
  completionRate: number | null;
  averageMessages: number | null;
  averageDurationSeconds: number | null;
  averageResponseMs: number | null;
  p95ResponseMs: number | null;
  failedMessages: number;
  endReasons: { reason: string; count: number }[];
  ratings: number;
  averageRating: number | null;
  days: Day[];
}

export interface SecurityEvent {
  id: string;
  kind: string;
  scope: string | null;
  country: string | null;
  sessionId: string | null;
  count: number;
  at: string;
}

export interface BulkResult {
  index: number;
  action: "create" | "update" | "deactivate";
  done: boolean;
  id: string | null;
  url: string | null;
  error: string | null;
}

export interface Mail {
  id: string;
  to: string;
  subject: string;
  text: string;
  at: string;
}

export const ACCESS_MODES = ["open", "any_verified", "approval"] as const;

export interface AccessPolicy {
  mode: (typeof ACCESS_MODES)[number];
  allowedEmails: string[];
  linksEnabled: boolean;
  notifyEmail: string | null;
}

export const REQUEST_STATUSES = ["pending", "approved", "denied"] as const;

export interface AccessRequest {
  id: string;
  email: string;
  status: (typeof REQUEST_STATUSES)[number];
  createdAt: string;
  decidedAt: string | null;
}

export function readTemplate(value: unknown): Template {
  const from = record(value);
  return { id: text(from.id), name: text(from.name), builtIn: from.built_in === true, settings: from };
}

export function readEmbed(value: unknown): Embed {
  const from = record(value);
  return { url: text(from.url), iframe: text(from.iframe) };
}

export function readAnalytics(value: unknown): Analytics {
  const from = record(value);
  const visitors = record(from.unique_visitors);
  const engagement = record(from.engagement);
  const response = record(from.response_time_ms);
  const satisfaction = record(from.satisfaction);
  return {
    sessions: count(record(from.sessions).total),
    messages: count(from.messages),
    visitors: {
      total: count(visitors.total),
      confirmed: count(visitors.confirmed),
      anonymous: count(visitors.anonymous),
    },
    completionRate: numberOrNull(from.completion_rate),
    averageMessages: numberOrNull(engagement.average_messages),
    averageDurationSeconds: numberOrNull(engagement.average_duration_seconds),
    averageResponseMs: numberOrNull(response.average),
    p95ResponseMs: numberOrNull(response.p95),
    failedMessages: count(from.failed_messages),
    endReasons: Object.entries(record(from.end_reasons)).map(([reason, times]) => ({ reason, count: count(times) })),
    ratings: count(satisfaction.ratings),
    averageRating: numberOrNull(satisfaction.average),
    days: list(from.by_day).map(readDay),
  };
}

function readDay(value: unknown): Day {
  const from = record(value);
  return {
    day: text(from.day).slice(0, 10),
    sessions: count(from.sessions),
    messages: count(from.messages),
    completed: count(from.completed),
  };
}

export function readSecurityEvent(value: unknown): SecurityEvent {
  const from = record(value);
  return {
    id: text(from.id),
    kind: text(from.kind),
    scope: textOrNull(from.scope),
    country: textOrNull(from.country),
    sessionId: textOrNull(from.session_id),
    count: countOrNull(from.count) ?? 1,
    at: text(from.at),
  };
}

export function readBulk(value: unknown): BulkResult[] {
  return list(record(value).results).map((item) => {
    const from = record(item);
    const error = record(from.error);
    const fields = list(error.errors)
      .map(record)
      .map((field) => `${text(field.pointer)} ${text(field.message)}`.trim());
    return {
      index: count(from.index),
      action: oneOf(["create", "update", "deactivate"], from.action),
      done: from.status !== "error",
      id: textOrNull(from.id),
      url: textOrNull(from.url),
      error: from.status === "error" ? [text(error.message), ...fields].filter(Boolean).join(" ") : null,
    };
  });
}

export function readMails(value: unknown): Mail[] {
  return list(record(value).data).map((item) => {
    const from = record(item);
    return {
      id: text(from.id),
      to: text(from.to),
      subject: text(from.subject),
      text: text(from.text),
      at: text(from.created_at),
    };
  });
}

export function readAccessPolicy(value: unknown): AccessPolicy {
  const from = record(value);
  return {
    mode: oneOf(ACCESS_MODES, from.mode),
    allowedEmails: texts(from.allowed_emails),
    linksEnabled: from.links_enabled !== false,
    notifyEmail: textOrNull(from.notify_email),
  };
}

export function readAccessRequest(value: unknown): AccessRequest {
  const from = record(value);
  return {
    id: text(from.id),
    email: text(from.email),
    status: oneOf(REQUEST_STATUSES, from.status),
    createdAt: text(from.created_at),
    decidedAt: textOrNull(from.decided_at),
  };
}
