import { integer, isRecord, label, list, record, text } from "@parley/web-kit";

/** What the page may know about its link. */
export interface LinkInfo {
  title: string | null;
  description: string | null;
  agentName: string;
  /** A data URL. A remote image is never loaded, because its server would learn of every visit. */
  logo: string | null;
  welcome: string | null;
  colour: string | null;
  locale: string | null;
  starters: string[];
  maxMessageLength: number;
  full: boolean;
  expired: boolean;
  /**
   * The agent cannot answer for now. Also set for an availability this page does not know: better to wait than to promise a conversation.
   */
  unavailable: boolean;
  /** The steps of the entry check, in their order. */
  pinRequired: boolean;
  consentText: string | null;
  requireEmail: boolean;
  /** Start with a solved challenge; the server may still ask for one later. */
  needsApproval: boolean;
  /** Begin with a solved challenge; the server may ask for one later on all the same. */
  proofRequired: boolean;
  /** Who runs this chat, in their own words. */
  operator: string | null;
  /** Privacy policy of the operator; https. */
  privacyUrl: string | null;
  /** The agent's introduction, where the link wants one. */
  introduction: string | null;
  /** The person for whom the link was created. */
  recipientName: string | null;
  /** The server takes `POST stop`. */
  canStop: boolean;
  /** The server takes `POST feedback`. */
  canRate: boolean;
  /** The server takes `POST escalate`. */
  canEscalate: boolean;
  /** The server takes `POST typing` and `POST read`. */
  tellsWriting: boolean;
  /** How the people behind the agent can be reached; null = not known. */
  people: People | null;
  /** The server takes `POST rate`. */
  canRateAnswers: boolean;
  /** What may be uploaded; null = nothing. */
  files: FileLimits | null;
}

export interface FileLimits {
  /** Media types, with wildcards such as `image/*`. */
  types: string[];
  maxBytes: number;
  /** Per conversation. */
  maxCount: number;
}

function parseFileLimits(value: unknown): FileLimits | null {
  const limits = record(value);
  const maxBytes = integer(limits.max_bytes);
  const maxCount = integer(limits.max_count);
  if (maxBytes === null || maxCount === null) return null;
  return { types: list(limits.types).flatMap((type) => text(type) ?? []), maxBytes, maxCount };
}

function inlineImage(value: unknown): string | null {
  const image = text(value);
  return image !== null && /^data:image\/(png|jpeg|gif|webp);base64,/.test(image) ? image : null;
}

function secureAddress(value: unknown): string | null {
  const address = label(value, 2000);
  return address !== null && URL.canParse(address) && new URL(address).protocol === "https:" ? address : null;
}

const MAX_STARTERS = 6;

/** What a new visitor may encounter, other than an agent that cannot answer. */
const KNOWN_AVAILABILITY: ReadonlySet<string> = new Set(["available", "full", "expired"]);

/** Reads the answer of `GET /api/public/link/{token}`. Unknown fields are ignored, missing ones get neutral defaults. */
export function parseLinkInfo(value: unknown): LinkInfo {
  const body = record(value);
  const branding = record(body.branding);
  const colours = record(branding.colours ?? branding.colors);
  const features = record(body.features);
  const limits = record(body.limits);
  const availability = text(body.availability) ?? text(body.status) ?? "available";
  return {
    title: label(body.title, 200),
    description: label(body.description, 1000),
    agentName: label(branding.name, 80) ?? label(body.agent_name, 80) ?? label(body.title, 80) ?? "Chat",
    logo: inlineImage(branding.logo),
    welcome: label(body.welcome_message, 2000),
    colour: text(branding.colour) ?? text(branding.color) ?? text(colours.accent) ?? text(colours.primary),
    locale: label(branding.locale, 35),
    starters: [...list(body.starters), ...list(branding.starters)]
      .map((starter) => label(starter, 120))
      .filter((starter) => starter !== null)
      .filter((starter, index, all) => all.indexOf(starter) === index)
      .slice(0, MAX_STARTERS),
    maxMessageLength: integer(limits.max_message_length) ?? integer(body.max_message_length) ?? 4000,
    full: availability === "full",
    expired: availability === "expired",
    unavailable: !KNOWN_AVAILABILITY.has(availability),
    pinRequired: body.pin_required === true,
    consentText: label(body.consent_text, 4000),
    requireEmail: body.require_email === true,
    needsApproval: text(body.access) === "approval",
    proofRequired: body.proof_required === true,
    operator: label(branding.operator, 200),
    privacyUrl: secureAddress(branding.privacy_url),
    introduction: label(body.introduction, 4000),
    recipientName: label(record(body.recipient).name, 200),
    canStop: features.stop === true,
    canRate: features.feedback === true,
    files: features.files === true ? parseFileLimits(body.files) : null,
    canEscalate: features.escalate === true,
    tellsWriting: features.typing === true,
    canRateAnswers: features.ratings === true,
    people: isRecord(body.people) ? parsePeople(body.people) : null,
  };
}

export interface People {
  replyMinutes: number | null;
  /** After this many minutes without anybody the page offers alternatives; null = never. */
  fallbackMinutes: number | null;
  openNow: boolean;
  nextOpenAt: string | null;
}

const parsePeople = (body: Record<string, unknown>): People => ({
  replyMinutes: integer(body.reply_minutes),
  fallbackMinutes: integer(body.fallback_minutes),
  openNow: body.open_now !== false,
  nextOpenAt: text(body.next_open_at),
});
