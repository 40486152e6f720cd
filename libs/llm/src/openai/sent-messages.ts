import type { ClassifyRequest, ExtractRequest, ReplyRequest } from "../model.js";
import { classificationRequest } from "./classification.js";
import { extractionRequest } from "./extraction.js";
import { replyMessages, type SentMessage } from "./reply-messages.js";
import { structuredMessages } from "./structured-request.js";

/** The prompt text does not depend on the model settings. */
const SETTINGS = { temperature: 0, max_tokens: 1 };

type Words<Request> = Omit<Request, "settings" | "hints">;

type Asked =
  | ({ type: "llm.reply" } & Words<ReplyRequest>)
  | ({ type: "llm.extract" } & Words<ExtractRequest>)
  | ({ type: "llm.classify" } & Words<ClassifyRequest>);

/** The messages that a model server gets for a request, for display. */
export function sentMessages(asked: Asked): SentMessage[] {
  const rest = { settings: SETTINGS, hints: { agentName: "", nodeId: "", nodeName: null, variables: {} } };
  switch (asked.type) {
    case "llm.reply":
      return replyMessages(asked);
    case "llm.extract":
      return structuredMessages(extractionRequest({ ...asked, ...rest }));
    case "llm.classify":
      return structuredMessages(classificationRequest({ ...asked, ...rest }));
  }
}
