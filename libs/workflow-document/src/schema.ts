import { agentDocument } from "@parley/contracts";
import { z } from "zod";

/** The JSON Schema of agent documents, made of the schema that the server checks them with: what an editor completes from. */
export const documentSchema = (): Record<string, unknown> =>
  z.toJSONSchema(agentDocument, { io: "input", unrepresentable: "any" });
