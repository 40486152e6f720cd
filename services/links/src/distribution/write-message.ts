import type { MessageTexts } from "@parley/contracts";
import type { MailLanguage } from "../mails/mail-language.js";
import { isOfProduct, textFor } from "../message-templates/own-texts.js";
import { SEND_TEXTS } from "./send-texts.js";

/** The parts of a message. */
export interface MessageParts {
  /** The recipient's language; a tenant's own template may lack it and then uses another. */
  language: MailLanguage;
  template: string;
  /** Texts of the tenant's own template. */
  texts: MessageTexts | null;
  /** Replaces the template's, as does `message`. */
  subject: string | null;
  message: string | null;
  name: string | null;
  agent: string;
  title: string;
  url: string;
  expiresAt: string | null;
}

export interface SentMessage {
  language: MailLanguage;
  /** One line. */
  subject: string;
  greeting: string;
  /** The body, without greeting, address and closing. */
  words: string;
  /** When the link expires, as a sentence; null = never. */
  expiry: string | null;
  url: string;
}

const RIGHT_TO_LEFT: ReadonlySet<MailLanguage> = new Set<MailLanguage>(["ar", "he"]);
/** First strong isolate and its end: a Latin name in Hebrew or Arabic text must not reorder the words around it. */
const isolated = (language: MailLanguage, text: string): string =>
  RIGHT_TO_LEFT.has(language) ? `\u2068${text}\u2069` : text;

const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, " ").trim();

const OWN = /\{\{\s*(recipient\.name|agent\.name|link\.title|link\.url)\s*\}\}/g;

/** Writes a message in the recipient's language. Values are never interpreted as placeholders. */
export function writeMessage(parts: MessageParts): SentMessage {
  const { name } = parts;
  const texts = parts.texts === null ? null : textFor(parts.texts, parts.language);
  const language = texts?.language ?? parts.language;
  const ownSubject = parts.subject ?? texts?.subject;
  const ownWords = parts.message ?? texts?.message;
  const { greeting, greetingByName, expiry, templates } = SEND_TEXTS[language];
  const values = new Map([
    ["agent", isolated(language, parts.agent)],
    ["name", isolated(language, oneLine(name ?? ""))],
    ["until", parts.expiresAt === null ? "" : dateIn(language, parts.expiresAt)],
  ]);
  const own = new Map([
    ["recipient.name", oneLine(name ?? "")],
    ["agent.name", parts.agent],
    ["link.title", parts.title],
    ["link.url", parts.url],
  ]);
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (_, key: string) => values.get(key) ?? "");
  const fillOwn = (text: string): string => text.replace(OWN, (_, key: string) => own.get(key) ?? "");
  const { subject, words } = templates[isOfProduct(parts.template) ? parts.template : "invitation"];
  return {
    language,
    subject: oneLine(ownSubject === undefined ? fill(subject) : fillOwn(ownSubject)),
    greeting: fill(name === null ? greeting : greetingByName),
    words: ownWords === undefined ? fill(words) : fillOwn(ownWords),
    expiry: parts.expiresAt === null ? null : fill(expiry),
    url: parts.url,
  };
}

function dateIn(language: MailLanguage, iso: string): string {
  const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${format.format(new Date(iso))} UTC`;
}

/** The message as plain text. The address is not repeated when the owner's text already contains it. */
export function asText({ greeting, words, expiry, url }: SentMessage): string {
  const address = words.includes(url) ? [] : [url];
  return `${[greeting, words, ...address, ...(expiry === null ? [] : [expiry])].join("\n\n")}\n`;
}

/** As short as possible: text messages are charged by length. */
export const asShortText = ({ words, url }: SentMessage): string => (words.includes(url) ? words : `${words} ${url}`);

/** Appends the unsubscribe footer of a mail. */
export const withUnsubscribe = (text: string, language: MailLanguage, address: string): string =>
  `${text}\n-- \n${SEND_TEXTS[language].unsubscribe}\n${address}\n`;
