import type { MessageTemplate, MessageTexts } from "@parley/contracts";
import { part, query } from "./address.js";
import type { Page } from "./answers.js";
import type { Caller } from "./call.js";

/** The team's own texts for messages with links. */
export function messageTemplateCalls(call: Caller) {
  return {
    messageTemplates: (cursor?: string) =>
      call<Page<MessageTemplate>>(`/message-templates${query({ limit: "200", cursor })}`),
    putMessageTemplate: (name: string, texts: MessageTexts) =>
      call<MessageTemplate>(`/message-templates/${part(name)}`, { method: "PUT", body: { texts } }),
    deleteMessageTemplate: (name: string) => call(`/message-templates/${part(name)}`, { method: "DELETE" }),
  };
}
