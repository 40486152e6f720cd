import type { DeliveryRecipient, LinkDelivery, ResendBody, SendLinkBody, Suppression } from "@parley/contracts";
import { part, query } from "./address.js";
import type { Page } from "./answers.js";
import type { Caller } from "./call.js";

export type { DeliveryRecipient, LinkDelivery, ResendBody, SendLinkBody, Suppression };

/** How many recipients are sent to, and how many of the list are not. */
interface Counted {
  recipients: number;
  duplicates: number;
  suppressed: number;
  limited: number;
}
export interface SendPreview extends Counted {
  preview: { to: string; language: string; subject: string | null; text: string };
}

/** Links that are sent to people, and people who have unsubscribed. */
export function sendingCalls(call: Caller) {
  const at = (agent: string, link: string): string => `/agents/${part(agent)}/public-links/${part(link)}`;
  const of = (agent: string, link: string, id: string): string => `${at(agent, link)}/deliveries/${part(id)}`;
  return {
    previewSending: (agent: string, link: string, body: SendLinkBody) =>
      call<SendPreview>(`${at(agent, link)}/send`, { method: "POST", body: { ...body, dry_run: true } }),
    sendLink: (agent: string, link: string, body: SendLinkBody, key: string) =>
      call<Counted & { delivery_id: string }>(`${at(agent, link)}/send`, {
        method: "POST",
        body,
        headers: { "idempotency-key": key },
      }),
    allDeliveries: (filter: Readonly<Record<string, string>>, cursor?: string) =>
      call<Page<LinkDelivery>>(`/deliveries${query({ ...filter, limit: "50", cursor })}`),
    deliveries: (agent: string, link: string, cursor?: string) =>
      call<Page<LinkDelivery>>(`${at(agent, link)}/deliveries${query({ limit: "50", cursor })}`),
    delivery: (agent: string, link: string, id: string) => call<LinkDelivery>(of(agent, link, id)),
    recipients: (agent: string, link: string, id: string, status: string | undefined, cursor?: string) =>
      call<Page<DeliveryRecipient>>(`${of(agent, link, id)}/recipients${query({ status, limit: "50", cursor })}`),
    cancelDelivery: (agent: string, link: string, id: string) =>
      call<LinkDelivery>(`${of(agent, link, id)}/cancel`, { method: "POST" }),
    previewResending: (agent: string, link: string, id: string, body: ResendBody) =>
      call<SendPreview>(`${of(agent, link, id)}/resend`, { method: "POST", body: { ...body, dry_run: true } }),
    resend: (agent: string, link: string, id: string, body: ResendBody, key: string) =>
      call<Counted & { delivery_id: string }>(`${of(agent, link, id)}/resend`, {
        method: "POST",
        body,
        headers: { "idempotency-key": key },
      }),
    suppressions: (cursor?: string) => call<Page<Suppression>>(`/suppressions${query({ limit: "50", cursor })}`),
    suppress: (body: { channel: "email" | "sms"; address: string }) =>
      call<Suppression>("/suppressions", { method: "POST", body }),
    allow: (id: string) => call(`/suppressions/${part(id)}`, { method: "DELETE" }),
  };
}
