import type { SigningKey } from "../api/answers.js";
import type { Tone } from "../ui/status.js";

/** Roles of access tokens, the smallest first. */
export const ROLES = [
  { value: "viewer", label: "Viewer", may: "reads agents, links and numbers" },
  { value: "operator", label: "Operator", may: "reads conversations too, and answers visitors" },
  { value: "editor", label: "Editor", may: "changes agents and links too" },
  { value: "admin", label: "Admin", may: "manages keys, tokens and webhooks too" },
  { value: "owner", label: "Owner", may: "may do everything" },
] as const;

export const roleLabel = (role: string): string => ROLES.find(({ value }) => value === role)?.label ?? role;

/** Scopes of a signing key. */
export const SCOPES = [
  { value: "chat", label: "Chat", may: "opens conversations and sends messages over the signed chat API" },
  { value: "read", label: "Read", may: "reads what an operator may read" },
  { value: "write", label: "Write", may: "changes agents and links, as an editor" },
  { value: "manage", label: "Manage", may: "manages keys, tokens and webhooks, as an admin" },
] as const;

export const KEY_STATE: Record<SigningKey["status"], { word: string; tone: Tone }> = {
  active: { word: "Active", tone: "good" },
  rotating: { word: "Being replaced", tone: "warn" },
  expired: { word: "Expired", tone: "neutral" },
  revoked: { word: "Revoked", tone: "neutral" },
};
