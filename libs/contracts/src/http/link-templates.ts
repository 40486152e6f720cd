import { z } from "zod";
import { storedBranding } from "../branding.js";
import { linkFields } from "./link-fields.js";

/** What concerns one link alone, or is a secret, has no place in a template. */
const {
  pin: _pin,
  recipient: _recipient,
  source_session_id: _source,
  expires_at: _expiresAt,
  ...templateFields
} = linkFields;

export const templateName = z.string().trim().min(1).max(100);
/** Fields of a link that a template may hold. */
export const linkTemplateFields = z.strictObject(templateFields).partial();
export type LinkTemplateFields = z.infer<typeof linkTemplateFields>;
/** A template as it is kept: one from before a rule about looks still reads, and is refused when a link is made of it. */
export const keptTemplateFields = linkTemplateFields.extend({ branding: storedBranding.optional() });
export const createLinkTemplateBody = z.strictObject({ ...linkTemplateFields.shape, name: templateName }).meta({
  id: "CreateLinkTemplate",
  description: "A template of links to create",
  examples: [{ name: "weekly", max_sessions: 3 }],
});
export const updateLinkTemplateBody = z
  .strictObject({ ...linkTemplateFields.shape, name: templateName.optional() })
  .meta({
    id: "UpdateLinkTemplate",
    description: "The fields of a template to change",
    examples: [{ max_sessions: 5 }],
  });

const linkTemplateMembers = z.object({
  ...keptTemplateFields.shape,
  /** Of a built-in template: its name. */
  id: z.string(),
  name: z.string(),
  built_in: z.boolean(),
  /** The next three are null for the built-in ones. */
  created_by: z.string().nullable(),
  created_at: z.string().nullable(),
  updated_at: z.string().nullable(),
});
export type LinkTemplate = z.output<typeof linkTemplateMembers>;
/** A template of links: the fields it sets beside its name. Members of a later release pass. */
export const linkTemplate = linkTemplateMembers.loose().meta({
  id: "LinkTemplate",
  description: "A named set of link fields",
  examples: [
    {
      id: "daily_checkin",
      name: "daily_checkin",
      built_in: true,
      created_by: null,
      created_at: null,
      updated_at: null,
      max_sessions: 1,
    },
  ],
});
