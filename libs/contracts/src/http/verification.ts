import { z } from "zod";
import { emailAddress } from "../email-address.js";
import { entry } from "./fields.js";

/** Of any length within the body: whatever is no token of a link gets the one answer of every link that is not there. */
const linkTokenInBody = z.string();

/** As `verify/request` answered it; a browser may leave it to its cookie. */
export const verificationRequestId = z.string().regex(/^[A-Za-z0-9_-]{22,64}$/);

export const verifyRequestBody = z
  .object({
    token: linkTokenInBody,
    email: emailAddress,
    pin: entry.pin,
    proof: entry.proof,
    request_id: verificationRequestId.optional(),
  })
  .meta({
    id: "RequestCode",
    description: "A request for a code by e-mail",
    examples: [{ token: "pl_x", email: "ada@example.com" }],
  });

export const verifyConfirmBody = z
  .object({
    token: linkTokenInBody,
    email: emailAddress,
    request_id: verificationRequestId.optional(),
    code: z.string().trim().max(32),
    consent: entry.consent,
  })
  .meta({
    id: "ConfirmCode",
    description: "Confirmation of an address with a code",
    examples: [{ token: "pl_x", email: "ada@example.com", code: "481516" }],
  });
