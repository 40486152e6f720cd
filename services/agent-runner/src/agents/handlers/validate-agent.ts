import { AppError, type validateAgent as contract } from "@parley/contracts";
import { checkSecrets, validateDocument } from "@parley/workflow";
import type { z } from "zod";
import { checkProviders } from "../check-providers.js";
import type { AgentsDeps } from "../deps.js";
import { parseDocument } from "../parse-document.js";

/** All findings about a document, without storing it. Throws `invalid_document` only when the text is not a document at all. */
export const validateAgent =
  (deps: AgentsDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    if (input.document === undefined) throw new AppError("invalid_document");
    const document = await parseDocument(input.document, deps.yaml);
    const { valid, issues, document: parsed } = validateDocument(document);
    const ofSecrets = checkSecrets(document, null);
    const ofProviders = parsed === undefined ? [] : checkProviders(deps, parsed);
    return { valid: valid && ofSecrets.length === 0, issues: [...ofSecrets, ...issues, ...ofProviders] };
  };
