import { z } from "zod";
import { rpc } from "../declare.js";
import { settingsInForce } from "../http/settings.js";
import { principal } from "./callers.js";

const request = z.object({ principal });

/** What is in force where content is removed. Admins. */
export const cleanupSettings = rpc("cleanup", "settings", "cleanup", request, settingsInForce);

/** What is in force where people sign in and links are sent. Admins. */
export const linksSettings = rpc("links", "settings", "links", request, settingsInForce);

/** What is in force where webhooks are delivered. Admins. */
export const sessionsSettings = rpc("sessions", "settings", "sessions", request, settingsInForce);
