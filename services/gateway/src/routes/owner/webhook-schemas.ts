import { webhookView } from "@parley/contracts";
import { z } from "zod";

export const webhookShown = webhookView;
/** The secret is told when it is made, never again. */
export const webhookWithSecret = webhookView.extend({ secret: z.string() });
