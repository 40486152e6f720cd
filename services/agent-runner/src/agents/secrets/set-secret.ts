import { AppError, type setAgentSecret as contract, requireRole, tenantOf } from "@parley/contracts";
import { once } from "@parley/db";
import { agentSecretAad } from "@parley/secrets";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { findAgent } from "../repository/agents.js";
import { findSecret, hintOf, MAX_SECRETS, putSecret, secretNamesOf } from "./repository.js";

type Output = z.input<typeof contract.response>;

/**
 * Sets a secret of an agent. Value and hosts are always set together: somebody who could add hosts alone could have the value sent to
 * themselves, and it is never readable. A replacement is idempotent by state, a creation by the caller's key, else by the signature; the
 * fingerprint of a request covers the value, so it is stored as a keyed hash.
 * Throws `agent_not_found`, `name_taken`, `secrets_exhausted`.
 */
export const setAgentSecret =
  ({ db, secrets }: AgentsDeps) =>
  async (input: z.output<typeof contract.request>): Promise<Output> => {
    requireRole(input.principal, "admin");
    const tenantId = tenantOf(input.principal);
    const { name, create, body, signature = null } = input;
    const key = input.idempotency ?? null;
    const idempotency = key && { key: key.key, fingerprint: secrets.keyedHash(`secret:${key.fingerprint}`) };
    const request = { tenantId, scope: "agents.set_secret", repeatable: { idempotency, signature } };
    return db.tenant(tenantId, async (trx) => {
      const { answer } = await once<Output>(trx, request, async () => {
        const agent = await findAgent(trx, input.agent, { lock: true });
        if (agent === null) throw new AppError("agent_not_found");
        const known = await findSecret(trx, { agentId: agent.id, name });
        if (known !== null && create) throw new AppError("name_taken");
        const isFull = known === null && (await secretNamesOf(trx, agent.id)).size >= MAX_SECRETS;
        if (isFull) throw new AppError("secrets_exhausted");
        const at = { tenantId, agentId: agent.id, name };
        const sealed = secrets.seal(body.value, agentSecretAad(at));
        const secret = await putSecret(trx, { ...at, sealed, hint: hintOf(body.value), hosts: body.hosts });
        return { answer: { secret }, facts: [] };
      });
      return answer;
    });
  };
