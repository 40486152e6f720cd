import { runnerConfig } from "@parley/agent-runner-service";
import { cleanupConfig } from "@parley/cleanup-service";
import { gatewayConfig } from "@parley/gateway-service";
import { sessionsConfig } from "@parley/sessions-service";
import { expect, it } from "vitest";

/** Names and defaults under which the documents of the channel and of the text chat give their settings. */
const NAMED = [
  [gatewayConfig, "CHAT_HISTORY_LIMIT", 50],
  // One bound for both surfaces, and the text chat's is the greater one; a link can lower it to the channel's 1,000.
  [gatewayConfig, "CHAT_MAX_MESSAGE_LENGTH", 10_000],
  [gatewayConfig, "CHAT_CONNECTION_TIMEOUT", 30],
  [gatewayConfig, "CHAT_RECONNECT_INTERVAL", 3_000],
  [gatewayConfig, "CHAT_TYPING_TIMEOUT", 1_000],
  [sessionsConfig, "SESSION_TIMEOUT_SECONDS", 1_800],
  [cleanupConfig, "CLEANUP_INTERVAL_MINUTES", 5],
  [runnerConfig, "MAX_HISTORY_SIZE", 100],
] as const;

it.each(NAMED)("accepts a setting of the reference by its name, with its default (%#)", (schema, name, fallback) => {
  const read = (env: Record<string, string>): unknown => Reflect.get(schema.parse(env), name);
  expect([name, read({})]).toEqual([name, fallback]);
  expect([name, read({ [name]: String(fallback - 1) })]).toEqual([name, fallback - 1]);
  expect(() => read({ [name]: "many" })).toThrow(name);
});
