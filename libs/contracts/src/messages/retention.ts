import { z } from "zod";
import { live } from "../declare.js";

/** To every gateway (key `gateways`): the content of these sessions was removed, their live streams are to go with it. Losable: streams end by themselves. */
export const contentRemoved = live(
  "sessions",
  "content_removed",
  z.object({ sessionIds: z.array(z.string()).max(1000) }),
);
export const GATEWAYS_KEY = "gateways";
