/** For whom a link is, as its owner gave it. */
export type Recipient = { name?: string | undefined; email?: string | undefined } | null;

const PLACE = /\{\{\s*recipient[._](name|email)\s*\}\}/g;

/**
 * Fills `{{recipient.name}}` and `{{recipient.email}}` into a text of a link; what is not known is empty. Everything else in
 * double braces stays as it is. A name is text: braces in it are not filled in again.
 */
export function recipientText(text: string | null, recipient: Recipient): string | null {
  return text === null ? null : text.replace(PLACE, (_, field: "name" | "email") => recipient?.[field] ?? "");
}
