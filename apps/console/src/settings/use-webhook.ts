import { useState } from "react";
import type { Webhook } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import type { WithSecret } from "../api/settings-calls.js";
import { useSending } from "../api/use-sending.js";
import type { WebhookCalls } from "../api/webhook-calls.js";
import { announce } from "../app/announcement.js";

interface Options {
  api: WebhookCalls;
  id: string;
  reload(): Promise<unknown>;
}

/** What can be done with one receiver; each says what it did. */
export function useWebhook({ api, id, reload }: Options) {
  const { busy, problem, send } = useSending();
  const [rotated, setRotated] = useState<WithSecret<Webhook> | null>(null);
  const setActive = async (active: boolean): Promise<void> => {
    const changed = await send({ id, active }, () => api.updateWebhook(id, { is_active: active }));
    if (changed === null) return;
    await reload();
    announce(active ? "The webhook is switched on." : "The webhook is disabled; what waits is not sent.");
  };
  const rotate = async (overlapSeconds: number, key: string): Promise<Problem | null> => {
    const answer = await api.rotateWebhook(id, overlapSeconds, key);
    if (answer.type !== "ok") return answer;
    setRotated(answer.value);
    await reload();
    return null;
  };
  /** True = a test is on its way. */
  const test = async (): Promise<boolean> => {
    const delivery = await send({ id, test: true }, () => api.testWebhook(id));
    if (delivery !== null) announce("A test is on its way; how it went is in the list below.");
    return delivery !== null;
  };
  return { busy, problem, rotated, forgetRotated: () => setRotated(null), setActive, rotate, test };
}
