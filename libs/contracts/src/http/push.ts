import { z } from "zod";

const base64url = (min: number, max: number) =>
  z
    .string()
    .min(min)
    .max(max)
    .regex(/^[A-Za-z0-9_-]+=*$/, "must be base64url");

/** What `PushSubscription.toJSON()` of a browser gives. */
export const subscribePushBody = z
  .strictObject({
    endpoint: z.url({ protocol: /^https?$/ }).max(2_000),
    keys: z.strictObject({ p256dh: base64url(80, 100), auth: base64url(20, 30) }),
    expirationTime: z.number().nullish(),
  })
  .meta({
    id: "SubscribePush",
    description: "A browser to notify when somebody waits, as its `PushSubscription` describes it",
    examples: [
      {
        endpoint: "https://push.example.com/send/abc",
        keys: {
          p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
          auth: "BTBZMqHH6r4Tts7J_aSIgg",
        },
      },
    ],
  });
export type SubscribePushBody = z.infer<typeof subscribePushBody>;

export const pushSubscription = z
  .object({
    id: z.uuid(),
    host: z.string().describe("At the push service of the browser"),
    created_at: z.string(),
  })
  .meta({
    id: "PushSubscription",
    description: "A browser of the caller that is notified while no page is open",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000011",
        host: "push.example.com",
        created_at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });
export type PushSubscriptionView = z.infer<typeof pushSubscription>;
