import { webhookDelivery, webhookView } from "@parley/contracts";
import { z } from "zod";

export const webhookParams = z.object({ id: z.uuid() });
export const webhookShown = webhookView;
/** The secret is told when it is made, never again. */
export const webhookWithSecret = webhookView.extend({ secret: z.string() });
export const deliveryShown = webhookDelivery;
