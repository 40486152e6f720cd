import { demoWeek, demoWeekRemoved, demoWeekState, removeDemoWeek } from "@parley/contracts";
import { ownerRoute } from "./owner-route.js";

/** Whether the console shows demo data. */
const getRoute = ownerRoute({
  method: "GET",
  path: "/demo-week",
  summary: "Get the week of sample conversations",
  description:
    "A first start with the scripted model makes up a week of conversations, so that charts and lists show what they are for.",
  answers: { 200: demoWeek },
  handle: async ({ principal }, { bus }) => bus.call(demoWeekState, { principal }),
});

/** Removes the demo data: links, sessions, messages and numbers. Idempotent by state. */
const removeRoute = ownerRoute({
  method: "DELETE",
  path: "/demo-week",
  summary: "Remove the week of sample conversations",
  description:
    "Deletes its links, sessions and numbers at once and for good; a restart does not bring them back. Idempotent by state.",
  role: "admin",
  answers: { 200: demoWeekRemoved },
  handle: async ({ principal }, { bus }) => bus.call(removeDemoWeek, { principal }),
});

export const demoWeekRoutes = [getRoute, removeRoute];
