import { z } from "zod";
import { plainText } from "./plain-text.js";

/** The messages of the product, each in the languages of the chat page. */
export const SEND_TEMPLATES = [
  "invitation",
  "reminder",
  "daily_checkin",
  "customer_support",
  "anonymous_feedback",
  "onboarding",
] as const;
export const sendTemplate = z.enum(SEND_TEMPLATES);
export type SendTemplate = z.infer<typeof sendTemplate>;

/** Name of a message: one of the product's, or of the tenant's own. */
export const messageTemplateName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, "must be lower case letters, digits, - and _")
  .describe("One of the product's (`invitation`, `reminder` …), or the tenant's own");

/** The languages that messages are written in: those of the chat page. */
export const MESSAGE_LANGUAGES = [
  ...(["ar", "de", "en", "es", "fr", "he", "hi", "it"] as const),
  ...(["ja", "ko", "nl", "pl", "pt", "tr", "zh"] as const),
] as const;

/** `{{recipient.name}}`, `{{agent.name}}`, `{{link.title}}` and `{{link.url}}` are filled in. */
const words = z.strictObject({ subject: plainText(200), message: plainText(4_000) });

export const messageTexts = z.partialRecord(z.enum(MESSAGE_LANGUAGES), words);
export type MessageTexts = z.infer<typeof messageTexts>;

export const putMessageTemplateBody = z
  .strictObject({
    texts: messageTexts
      .refine((texts) => Object.keys(texts).length > 0, { message: "must have a language" })
      .describe("By language; for other languages the English text, else the first by language code"),
  })
  .meta({
    id: "PutMessageTemplate",
    description: "The complete texts of a message",
    examples: [
      {
        texts: {
          en: { subject: "How was your stay?", message: "Tell {{agent.name}} about it: {{link.url}}" },
          de: { subject: "Wie war Ihr Aufenthalt?", message: "Erzählen Sie {{agent.name}} davon: {{link.url}}" },
        },
      },
    ],
  });

export const messageTemplate = z
  .object({
    name: z.string(),
    texts: messageTexts,
    created_by: z.string(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({
    id: "MessageTemplate",
    description: "A tenant's own text for messages with links",
    examples: [
      {
        name: "after_stay",
        texts: { en: { subject: "How was your stay?", message: "Tell {{agent.name}} about it: {{link.url}}" } },
        created_by: "018f3a5e-7c1b-7d2e-8a4f-000000000004",
        ...{ created_at: "2026-11-01T10:00:00.000Z", updated_at: "2026-11-01T10:00:00.000Z" },
      },
    ],
  });
export type MessageTemplate = z.infer<typeof messageTemplate>;
