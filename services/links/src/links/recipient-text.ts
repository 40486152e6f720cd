/** The recipient of a link, as given by its owner. */
export type Recipient = { name?: string | undefined; email?: string | undefined } | null;

const PLACE = /\{\{\s*recipient[._](name|email)\s*\}\}/g;

/**
 * Fills `{{recipient.name}}` and `{{recipient.email}}` into a text of a link; unknown values are empty. Everything else in
 * double braces stays as it is. A name is plain text: braces in it are not replaced.
 */
export function recipientText(text: string | null, recipient: Recipient): string | null {
  return text === null ? null : text.replace(PLACE, (_, field: "name" | "email") => recipient?.[field] ?? "");
}
