import { type Bus, connectBus } from "@parley/bus";
import { AppError, createTenant, listAgents, listKnowledge, listSessions, type Principal } from "@parley/contracts";
import { createLogger } from "@parley/observability";
import { eventually, natsUrlOf } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import type { Fixture } from "./fixture.js";

const operator: Principal = { tenantId: null, role: "owner", via: "hmac", id: "operator" };
const logger = createLogger({ service: "intruder", level: "silent" });

/** What a call over this bus is refused with. */
const refusalOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "answered",
    (error: unknown) => (error instanceof AppError ? `${error.code}: ${error.internal ?? ""}` : String(error)),
  );

/** Somebody who can speak on the bus and says that the operator asks. */
export function describeIntruder(get: () => Fixture): void {
  describe("a forged operator on the bus", () => {
    const speak = async (url: string, say: (bus: Bus, forged: Principal) => Promise<void>): Promise<void> => {
      const bus = await connectBus({ url, name: "intruder", logger });
      try {
        await say(bus, operator);
      } finally {
        await bus.close();
      }
    };
    const tenants = async (): Promise<string> => (await get().tenant.signed.call("GET", "/api/tenants?limit=200")).text;

    it("makes no tenant with the password of one service", async () => {
      await speak(natsUrlOf(get().cluster.nats.url, "memory"), async (bus, principal) => {
        const refusal = await refusalOf(bus.call(createTenant, { principal, name: "Forged by memory" }));
        expect(refusal).toBe("not_ready: links.v1.rpc.create_tenant: denied");
      });
      expect(await tenants()).not.toContain("Forged");
    });

    it("is believed by no service, whatever may be published", async () => {
      await speak(get().cluster.nats.url, async (bus, principal) => {
        const tenantId = get().tenant.id;
        const owner = { ...principal, tenantId };
        const refusals = await Promise.all([
          refusalOf(bus.call(createTenant, { principal, name: "Forged by anybody" })),
          refusalOf(bus.call(listSessions, { principal: owner, limit: 10 })),
          refusalOf(bus.call(listAgents, { principal: owner, limit: 10 })),
          refusalOf(bus.call(listKnowledge, { principal: owner, agent: "echo", limit: 10 })),
        ]);
        expect(refusals).toEqual(refusals.map(() => "internal: "));
        // It was the signature, and not something else that was wrong with the call.
        await eventually(() => {
          const told = get()
            .cluster.report()
            .split("\n")
            .filter((line) => line.includes("rpc.signature_refused"));
          for (const { subject } of [createTenant, listSessions, listAgents, listKnowledge])
            expect(told.join("\n")).toContain(`"subject":"${subject}"`);
        });
      });
      expect(await tenants()).not.toContain("Forged");
    });
  });
}
