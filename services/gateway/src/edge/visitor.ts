import { AppError, type LinkPolicy, type SessionAccess } from "@parley/contracts";
import { parseToken } from "@parley/secrets";

/** A visitor in front of a link that exists and may be used. */
export interface Visit {
  policy: LinkPolicy;
  /** Of the header or the cookie; null without one. Not verified yet: the sessions service does that with each call. */
  sessionToken: string | null;
  fromCookie: boolean;
  cookieName: string;
  /** The chat page in a frame of another site, where browsers take no ordinary cookie. */
  inForeignFrame: boolean;
}

declare module "fastify" {
  interface FastifyRequest {
    visit: Visit;
  }
  interface FastifyContextConfig {
    /** The link's list of origins is enforced. */
    checksOrigin?: boolean;
    /** The call is about the visitor's session: `needed`, or `optional` where one may begin with it. */
    session?: "needed" | "optional";
  }
}

/** Access to the visitor's session. Throws `session_token_invalid` for a token of another shape. */
export function visitorAccess({ policy }: Visit, sessionToken: string): SessionAccess {
  const parsed = parseToken("session", sessionToken);
  if (parsed === null) throw new AppError("session_token_invalid");
  return { type: "visitor", tenantId: policy.tenantId, linkId: policy.id, tokenId: parsed.id, secret: parsed.secret };
}
