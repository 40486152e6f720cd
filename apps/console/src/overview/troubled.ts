import type { Overview } from "../api/overview-calls.js";

const MANY_MESSAGES = 100;
export const MANY_DELIVERIES = 1_000;

/** More messages wait for an answer than in a healthy installation. */
export const isLong = ({ waiting_messages: waiting }: Overview["system"]): boolean => waiting >= MANY_MESSAGES;

/** Whether any line of the report is not good. */
export function isTroubled(system: Overview["system"]): boolean {
  const { dead_letters, webhooks_failing, webhook_deliveries_waiting: deliveries, behind } = system;
  return isLong(system) || dead_letters + webhooks_failing + behind.length > 0 || deliveries >= MANY_DELIVERIES;
}
