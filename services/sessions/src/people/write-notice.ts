import type { Mail } from "@parley/mail";
import { answerMail } from "./answer-texts.js";
import type { EscalationNotice } from "./notice-repository.js";

/** Control characters and line breaks in user-written text must not create new lines. */
export const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, " ").trim();

const inboxAddress = (publicUrl: string, { escalation_id: id }: EscalationNotice): string =>
  `${publicUrl}/console/inbox/${id}`;

/** Mail to an operator: who waits for what, and where to answer. Contains nothing from the conversation. */
export function operatorMail(publicUrl: string, notice: EscalationNotice): Pick<Mail, "subject" | "text" | "language"> {
  const agent = oneLine(notice.agent_name);
  const reason = notice.reason === null ? "" : `Reason: ${oneLine(notice.reason)}\n\n`;
  const text = `Somebody who talks to ${agent} asks for a person.\n\n${reason}Open the conversation:\n${inboxAddress(publicUrl, notice)}\n`;
  return { language: "en", subject: `Somebody asks for a person: ${agent}`, text };
}

export const escaped = (text: string): string =>
  oneLine(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The same for a chat, in the format of incoming webhooks of Slack and compatible services. */
export function chatMessage(publicUrl: string, notice: EscalationNotice): string {
  const reason = notice.reason === null ? "" : `\n>${escaped(notice.reason)}`;
  const address = inboxAddress(publicUrl, notice);
  const text = `Somebody who talks to *${escaped(notice.agent_name)}* asks for a person.${reason}\n<${address}|Open the conversation>`;
  return JSON.stringify({ text });
}

/** Mail to a visitor who left an address: the operator's answer. */
export const visitorMail = (notice: EscalationNotice): Pick<Mail, "subject" | "text" | "language"> =>
  answerMail(notice.language, { agent: oneLine(notice.agent_name), words: notice.words ?? "" });
