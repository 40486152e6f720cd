import {
  accessPolicy,
  accessPolicyBody,
  accessRequest,
  decideAccessRequest,
  getAccessPolicy,
  listAccessRequests,
  pageOf,
  setAccessPolicy,
} from "@parley/contracts";
import { acceptedLanguages } from "../../edge/accepted-languages.js";
import { agentParams, ofAgentParams, pageQuery } from "../params.js";
import { ownerRoute, wirePage } from "./owner-route.js";

/** Who may use the links of an agent. It contains addresses, hence the role. */
const getPolicyRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/access-policy",
  summary: "Get the access policy of an agent",
  role: "editor",
  params: agentParams,
  answers: { 200: accessPolicy },
  handle: async ({ principal, params }, { bus }) => (await bus.call(getAccessPolicy, { principal, ...params })).policy,
});

/** Sets who may use the links of an agent; omitted fields stay unchanged. Idempotent by state. */
const setPolicyRoute = ownerRoute({
  method: "PUT",
  path: "/agents/:agent/access-policy",
  summary: "Set the access policy of an agent",
  description:
    "Mails to `notify_email` are in the language of the `Accept-Language` it was given with, else in English.",
  role: "editor",
  params: agentParams,
  body: accessPolicyBody,
  answers: { 200: accessPolicy },
  handle: async ({ principal, request, params, body }, { bus }) => {
    const call = { principal, ...params, body, languages: acceptedLanguages(request) };
    return (await bus.call(setAccessPolicy, call)).policy;
  },
});

/** Who asked for access to an agent, newest first. */
const listRequestsRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/access-requests",
  summary: "List the access requests of an agent",
  role: "editor",
  params: agentParams,
  query: pageQuery.extend({ status: accessRequest.shape.status.optional() }),
  answers: { 200: pageOf(accessRequest) },
  handle: async ({ principal, params, query: { limit, cursor, status } }, { bus }) =>
    wirePage(await bus.call(listAccessRequests, { principal, ...params, limit, cursor, status })),
});

/** Decides on an access request. Idempotent by state; a decision may be changed later. */
const decideRoute = (decision: "approve" | "deny", summary: string) =>
  ownerRoute({
    method: "POST",
    path: `/agents/:agent/access-requests/:id/${decision}`,
    summary,
    role: "editor",
    params: ofAgentParams,
    answers: { 200: accessRequest },
    handle: async ({ principal, params }, { bus }) =>
      (await bus.call(decideAccessRequest, { principal, ...params, decision })).request,
  });

export const accessRoutes = [
  getPolicyRoute,
  setPolicyRoute,
  listRequestsRoute,
  decideRoute("approve", "Approve an access request"),
  decideRoute("deny", "Deny an access request"),
];
