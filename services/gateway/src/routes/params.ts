import { emailAddress, secretName } from "@parley/contracts";
import { z } from "zod";

/** A whole number in the query string. */
export const queryInteger = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
export const cursorParam = z.string().min(1).max(500);
const version = queryInteger(1, 2_147_483_647);

/** Base of every query of the management API; unknown names are refused, so that a misspelt filter is not ignored. */
export const tenantQuery = z.strictObject({ tenant_id: z.uuid().optional() });
export const pageQuery = tenantQuery.extend({
  limit: queryInteger(1, 200).default(50),
  cursor: cursorParam.optional(),
});
/** The cursor of a trace is the last turn read. */
export const traceQuery = z.object({
  limit: queryInteger(1, 200).default(50),
  cursor: queryInteger(0, 2_147_483_647).default(0),
});

/** A point in time, in UTC. */
export const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((given) => new Date(given).toISOString())
  // Converted to UTC, a time may be outside the years that the database supports.
  .refine((instant) => /^(?!0000)\d{4}-/.test(instant), { message: "must lie in the years 1 to 9999" })
  .meta({ description: "ISO 8601; a date means midnight, UTC" });

export const idParams = z.object({ id: z.uuid() });
export const agentParams = z.object({ agent: z.string().min(1).max(255) });
export const agentSecretParams = agentParams.extend({ secret: secretName });
export const draftSaveParams = agentParams.extend({ revision: version });
export const versionParams = agentParams.extend({ version });
export const diffParams = versionParams.extend({ other: version });
/** For a link, or a document of the knowledge base. */
export const ofAgentParams = agentParams.extend({ id: z.uuid() });
export const deliveryParams = ofAgentParams.extend({ delivery: z.uuid() });
export const personParams = agentParams.extend({ email: emailAddress });
export const linkTemplateParams = z.object({ template: z.string().min(1).max(100) });
/** The id of a turn: its conversation and its number in it. */
export const deadLetterParams = z.object({ id: z.string().min(1).max(64) });
export const sessionParams = z.object({ id: z.string().min(1).max(128) });
export const noteParams = sessionParams.extend({ note: z.uuid() });
export const tokenParams = z.object({ token: z.string().max(256) });
