import { z } from "zod";
import { live } from "../declare.js";

/** To all who sweep (key `sweepers`): work with a time was written that may come before their next look. Losable: they look again within seconds. */
export const dueSoon = live("cleanup", "due_soon", z.object({}));
export const SWEEPERS_KEY = "sweepers";
