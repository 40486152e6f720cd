import { z } from "zod";

/** Templates name a secret by it: `{{secret.name}}`. */
export const secretName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, "a letter, then letters, digits, _ and -, 64 at most");

/** The shortest value. A shorter one could not be told from ordinary words when an answer is masked. */
const MIN_LENGTH = 8;

/** ASCII, as hosts are sent: names of other alphabets in their `xn--` form. */
const HOST = /^(?:\*\.[A-Za-z0-9_-]+\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$|^\[?[0-9a-f:.]+\]?$/;

const hosts = z
  .array(z.string().trim().max(255).regex(HOST, "a host name in ASCII, with *. in front for all below one"))
  .min(1)
  .max(20)
  .describe("Where it may be sent, also after a redirect: host names, `*.example.com` for all below one");

const value = z
  .string()
  .min(MIN_LENGTH)
  .max(8_000)
  // What a header can carry.
  .regex(/^[\u0021-\u007E\u00A1-\u00FF](?:[\u0020-\u007E\u00A0-\u00FF]*[\u0021-\u007E\u00A1-\u00FF])?$/, {
    message: "Latin-1 characters without line breaks, no space at either end",
  })
  .describe("8 to 8000 characters; never returned");

export const agentSecretBody = z.strictObject({ value, hosts }).meta({
  id: "SetAgentSecret",
  description: "The value of a secret and the hosts it may be sent to; both are required",
  examples: [{ value: "sk_live_4f9aC2", hosts: ["api.example.com"] }],
});

export const createAgentSecretBody = agentSecretBody.extend({ name: secretName }).meta({
  id: "CreateAgentSecret",
  description: "A secret that documents of the agent can refer to",
  examples: [{ name: "crm_key", value: "sk_live_4f9aC2", hosts: ["api.example.com"] }],
});

export const agentSecretView = z
  .object({
    name: z.string(),
    hosts: z.array(z.string()),
    hint: z.string().nullable().describe("The last four characters; null = the value is too short to show any"),
    created_at: z.string(),
    updated_at: z.string(),
    last_used_at: z.string().nullable().describe("To the hour"),
  })
  .meta({
    id: "AgentSecret",
    description: "A secret of an agent; never its value",
    examples: [
      {
        name: "crm_key",
        hosts: ["api.example.com"],
        hint: "…9aC2",
        created_at: "2026-11-01T10:00:00.000Z",
        updated_at: "2026-11-01T10:00:00.000Z",
        last_used_at: "2026-11-01T11:00:00.000Z",
      },
    ],
  });
export type AgentSecretView = z.infer<typeof agentSecretView>;
