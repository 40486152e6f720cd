import {
  AppError,
  type listPush,
  type Principal,
  requireRole,
  type subscribePush,
  tenantOf,
  type unsubscribePush,
} from "@parley/contracts";
import type { z } from "zod";
import type { SessionsDeps } from "../deps.js";
import type { CheckAddress } from "../webhooks/check-address.js";
import { pushKeys } from "./push-keys.js";
import type { PushRepository } from "./push-repository.js";
import { pushAad } from "./targets.js";

interface PushDeps extends Pick<SessionsDeps, "secrets"> {
  push: PushRepository;
  checkAddress: CheckAddress;
}

/** Only signed-in users have browsers. Throws `forbidden`. */
function personOf(principal: Principal): { tenantId: string; userId: string } {
  requireRole(principal, "operator");
  if (principal.via !== "user") throw new AppError("forbidden");
  return { tenantId: tenantOf(principal), userId: principal.id };
}

/** The browsers of the caller. A read. */
export const listPushHandler =
  ({ push, secrets }: PushDeps) =>
  async ({ principal }: z.output<typeof listPush.request>): Promise<z.input<typeof listPush.response>> => ({
    publicKey: pushKeys(secrets).publicKey,
    data: await push.list(personOf(principal)),
  });

/** Subscribes a browser to notices. Idempotent by its endpoint. Throws `validation_failed` for an address that could never be called. */
export const subscribePushHandler =
  ({ push, secrets, checkAddress }: PushDeps) =>
  async ({
    principal,
    body: { endpoint, keys },
  }: z.output<typeof subscribePush.request>): Promise<z.input<typeof subscribePush.response>> => {
    const person = personOf(principal);
    checkAddress(endpoint);
    const subscription = JSON.stringify({ endpoint, keys });
    return {
      subscription: await push.keep(person, {
        endpointHash: secrets.keyedHash(`push:${endpoint}`),
        host: new URL(endpoint).host,
        seal: (id) => secrets.seal(subscription, pushAad(person.tenantId, id)),
      }),
    };
  };

/** Unsubscribes a browser. Idempotent by state. Throws `not_found`. */
export const unsubscribePushHandler =
  ({ push }: PushDeps) =>
  async ({
    principal,
    id,
  }: z.output<typeof unsubscribePush.request>): Promise<z.input<typeof unsubscribePush.response>> => {
    if (!(await push.remove(personOf(principal), id))) throw new AppError("not_found");
    return {};
  };
