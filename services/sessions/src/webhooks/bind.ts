import {
  createWebhook,
  deleteWebhook,
  getSessionAnalysis,
  getWebhook,
  listWebhookDeliveries,
  listWebhooks,
  redeliverWebhook,
  rotateActionSecret,
  rotateWebhook,
  sessionAnalysis,
  testWebhook,
  updateWebhook,
} from "@parley/contracts";
import type { Lookout } from "@parley/jobs";
import { createOutbound } from "@parley/outbound";
import { accessRow } from "../access.js";
import type { SessionsDeps } from "../deps.js";
import { createCheckAddress } from "./check-address.js";
import { startDeliverer } from "./deliver-webhooks.js";
import { createDeliveryRepository } from "./delivery-repository.js";
import { createEndpointRepository } from "./endpoint-repository.js";
import { listWebhookDeliveriesHandler, redeliverWebhookHandler, testWebhookHandler } from "./manage-deliveries.js";
import {
  createWebhookHandler,
  deleteWebhookHandler,
  getWebhookHandler,
  listWebhooksHandler,
  rotateWebhookHandler,
  updateWebhookHandler,
} from "./manage-endpoints.js";
import { rotateActionSecretHandler } from "./rotate-action-secret.js";

/** Serves webhook receivers and their log, and delivers webhooks. Stop it before the database is closed. */
export function bindWebhooks(deps: SessionsDeps, lookout: Lookout): { stop(): Promise<void> } {
  const { bus, config } = deps;
  const bound = { maxInFlight: config.SESSIONS_MAX_IN_FLIGHT };
  const endpoints = createEndpointRepository(deps.db);
  const deliveries = createDeliveryRepository(deps.db);
  const handlers = { ...deps, endpoints, deliveries, checkAddress: createCheckAddress(config) };
  bus.serve(createWebhook, createWebhookHandler(handlers), bound);
  bus.serve(listWebhooks, listWebhooksHandler(handlers), bound);
  bus.serve(getWebhook, getWebhookHandler(handlers), bound);
  bus.serve(updateWebhook, updateWebhookHandler(handlers), bound);
  bus.serve(deleteWebhook, deleteWebhookHandler(handlers), bound);
  bus.serve(rotateWebhook, rotateWebhookHandler(handlers), bound);
  bus.serve(rotateActionSecret, rotateActionSecretHandler(deps), bound);
  bus.serve(testWebhook, testWebhookHandler(handlers), bound);
  bus.serve(listWebhookDeliveries, listWebhookDeliveriesHandler(handlers), bound);
  bus.serve(redeliverWebhook, redeliverWebhookHandler(handlers), bound);
  bus.serve(
    getSessionAnalysis,
    async ({ access }) => {
      const row = await deliveries.analysis(accessRow(access, deps.secrets));
      return { analysis: row === null ? null : sessionAnalysis.parse(row) };
    },
    bound,
  );
  const outbound = createOutbound({
    allowedCidrs: config.OUTBOUND_ALLOWED_CIDRS,
    allowTestHooks: config.ALLOW_TEST_HOOKS,
    logger: deps.logger,
    metrics: deps.metrics,
    // Slots are assigned per endpoint; a tenant's slow receiver must not delay its others here.
    perTenant: config.WEBHOOK_CONCURRENCY,
  });
  const deliverer = startDeliverer({ ...handlers, outbound, lookout });
  return {
    async stop() {
      await deliverer.stop();
      await outbound.close();
    },
  };
}
