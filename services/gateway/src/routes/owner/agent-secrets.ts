import {
  agentSecretBody,
  agentSecretView,
  createAgentSecretBody,
  deleteAgentSecret,
  deleted,
  getAgentSecret,
  listAgentSecrets,
  pageOf,
  setAgentSecret,
} from "@parley/contracts";
import { agentParams, agentSecretParams, pageQuery } from "../params.js";
import { DELETED, ownerRoute, wirePage } from "./owner-route.js";

/** The secrets of an agent by name; never a value. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/secrets",
  summary: "List the secrets of an agent",
  role: "editor",
  params: agentParams,
  query: pageQuery,
  answers: { 200: pageOf(agentSecretView) },
  handle: async ({ principal, params, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listAgentSecrets, { principal, ...params, limit, cursor })),
});

/** Creates a secret. Idempotent by `Idempotency-Key`, else by the signature; a second one of this name is `name_taken`. */
const createRoute = ownerRoute({
  method: "POST",
  path: "/agents/:agent/secrets",
  summary: "Create a secret of an agent",
  description:
    "Documents of the agent name it as `{{secret.name}}` in headers, path and query of an `api_call` and in the auth of their webhook. No answer holds its value.",
  role: "admin",
  config: { repeatable: true },
  params: agentParams,
  body: createAgentSecretBody,
  answers: { 201: agentSecretView },
  handle: async ({ principal, params, body: { name, ...body }, repeatable, markReplay }, { bus }) => {
    const call = { principal, ...params, name, create: true, body, ...repeatable };
    const { secret, replayed } = await bus.call(setAgentSecret, call);
    markReplay(replayed);
    return secret;
  },
});

const getRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/secrets/:secret",
  summary: "Get a secret of an agent, without its value",
  role: "editor",
  params: agentSecretParams,
  answers: { 200: agentSecretView },
  handle: async ({ principal, params: { agent, secret: name } }, { bus }) =>
    (await bus.call(getAgentSecret, { principal, agent, name })).secret,
});

/** Gives a secret its value and its hosts, and creates it when there is none. Idempotent by state. */
const setRoute = ownerRoute({
  method: "PUT",
  path: "/agents/:agent/secrets/:secret",
  summary: "Set a secret of an agent",
  description: "Applies from the next call. Hosts cannot be changed without the value.",
  role: "admin",
  params: agentSecretParams,
  body: agentSecretBody,
  answers: { 200: agentSecretView },
  handle: async ({ principal, params: { agent, secret: name }, body }, { bus }) =>
    (await bus.call(setAgentSecret, { principal, agent, name, create: false, body })).secret,
});

/** Deletes a secret; calls that name it fail from then on. Idempotent by state: a second delete is `secret_not_found`. */
const deleteRoute = ownerRoute({
  method: "DELETE",
  path: "/agents/:agent/secrets/:secret",
  summary: "Delete a secret of an agent",
  role: "admin",
  params: agentSecretParams,
  answers: { 200: deleted },
  handle: async ({ principal, params: { agent, secret: name } }, { bus }) => {
    await bus.call(deleteAgentSecret, { principal, agent, name });
    return DELETED;
  },
});

export const agentSecretRoutes = [listRoute, createRoute, getRoute, setRoute, deleteRoute];
