import { cleanupSettings, linksSettings, sessionsSettings, settingsInForce } from "@parley/contracts";
import { ownerRoute } from "./owner-route.js";

/** The installation's settings for retention and sign-in, as each service has read them. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/settings",
  summary: "List the effective settings",
  description:
    "How long content is kept, and how people sign in. They are variables of the environment, changed there and read at the start; no secret is among them.",
  role: "admin",
  answers: { 200: settingsInForce },
  handle: async ({ principal }, { bus }) => {
    const contracts = [cleanupSettings, sessionsSettings, linksSettings];
    const told = await Promise.all(contracts.map((contract) => bus.call(contract, { principal })));
    return { data: told.flatMap(({ data }) => data) };
  },
});

export const settingRoutes = [listRoute];
