import { getPeople, peopleBody, peopleView, setPeople } from "@parley/contracts";
import { agentParams } from "../params.js";
import { ownerRoute } from "./owner-route.js";

/** How the people behind an agent can be reached. It contains addresses, hence the role. */
const getRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/people",
  summary: "Get the availability of people",
  role: "editor",
  params: agentParams,
  answers: { 200: peopleView },
  handle: async ({ principal, params }, { bus }) => (await bus.call(getPeople, { principal, ...params })).people,
});

/** Sets how the people behind an agent can be reached. Idempotent by state. */
const setRoute = ownerRoute({
  method: "PUT",
  path: "/agents/:agent/people",
  summary: "Set the availability of people",
  description: "Omitted fields keep their values. Applies to escalations opened from then on.",
  role: "editor",
  params: agentParams,
  body: peopleBody,
  answers: { 200: peopleView },
  handle: async ({ principal, params, body }, { bus }) =>
    (await bus.call(setPeople, { principal, ...params, body })).people,
});

export const peopleRoutes = [getRoute, setRoute];
