import { AppError, type setAgentSecret as contract, requireRole, tenantOf } from "@parley/contracts";
import { once } from "@parley/db";
import { agentSecretAad } from "@parley/secrets";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { findAgent } from "../repository/agents.js";
import { findSecret, putSecret, secretNamesOf } from "./repository.js";

const MAX_SECRETS = 100;
/** Four characters of a value of this length say nothing about the rest. */
const LENGTH_WITH_HINT = 20;

type Output = z.input<typeof contract.response>;

/**
 * Writes a secret of an agent. Value and hosts always come together: who could widen the hosts alone could have the value sent to
 * themselves, and it is never read back. A replacement is idempotent by state, a creation by the caller's key, else by the signature; the
 * fingerprint of a request holds the value, so it is kept keyed.
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
        const hint = body.value.length >= LENGTH_WITH_HINT ? `…${body.value.slice(-4)}` : null;
        const secret = await putSecret(trx, { ...at, sealed, hint, hosts: body.hosts });
        return { answer: { secret }, facts: [] };
      });
      return answer;
    });
  };
