import type { ReplyRequest } from "../model.js";

export type SentMessage = { role: "system" | "user" | "assistant"; content: string };

/**
 * The messages of a reply as they are sent. Passages are a second system message, so that the first stays the same in each call and
 * the provider can cache it. Values are appended to the newest user message, because some servers refuse two consecutive messages of one
 * role.
 */
export function replyMessages({
  system,
  passages,
  messages,
  values,
}: Pick<ReplyRequest, "system" | "passages" | "messages" | "values">): SentMessage[] {
  const policy = [system, passages ?? ""].flatMap((content) =>
    content === "" ? [] : [{ role: "system" as const, content }],
  );
  if (values === undefined) return [...policy, ...messages];
  const newest = messages.findLastIndex(({ role }) => role === "user");
  if (newest < 0) return [...policy, { role: "user", content: values }, ...messages];
  const said = messages.map((message, index) =>
    index === newest ? { ...message, content: `${message.content}\n\n${values}` } : message,
  );
  return [...policy, ...said];
}
