import { randomId } from "@parley/web-kit";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { Webhook } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { webhookCalls } from "../api/webhook-calls.js";
import { plural } from "../sessions/session-rows.js";
import { RadioGroup } from "../ui/choices.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { webhookName } from "./webhook-state.js";

const COUNTED = 200;
const DAY_SECONDS = 86_400;

interface DeleteProps {
  webhook: Webhook;
  onDelete(): Promise<unknown>;
  onDisable(): Promise<unknown>;
  onClose(): void;
}

/** States what is lost: pending deliveries, and the log. */
export function DeleteWebhookDialog({ webhook, onDelete, onDisable, onClose }: DeleteProps) {
  const api = useCalls(webhookCalls);
  const waiting = useQuery({
    queryKey: ["webhook", webhook.id, "pending"],
    queryFn: answered(() => api.deliveries(webhook.id, { status: "pending", limit: COUNTED })),
  });
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Delete “${webhookName(webhook)}”?`}
      {...(webhook.is_active
        ? {
            milder: {
              text: "A disabled webhook receives nothing and keeps its secret and log.",
              action: "Disable instead",
              run: onDisable,
            },
          }
        : {})}
      consequences={[
        waiting.isPending
          ? "Counting what waits…"
          : waiting.data
            ? waitingText(waiting.data.data.length)
            : "Pending messages will not be sent.",
        "Its secret and its log are deleted with it, at once and for good.",
      ]}
      action="Delete the webhook"
      run={onDelete}
    />
  );
}

function waitingText(waiting: number): string {
  if (waiting === 0) return "Nothing waits to be sent.";
  const many =
    waiting >= COUNTED
      ? `More than ${COUNTED - 1} deliveries wait`
      : `${plural(waiting, "delivery").replace("deliverys", "deliveries")} ${waiting === 1 ? "waits" : "wait"}`;
  return `${many}; ${waiting === 1 ? "it is" : "they are"} never sent.`;
}

interface RotateProps {
  onRotate(overlapSeconds: number, key: string): Promise<unknown>;
  onClose(): void;
}

/** A new secret; by default the old one stays valid beside it for a day, so that the server can switch over without failures. */
export function RotateSecretDialog({ onRotate, onClose }: RotateProps) {
  const [overlap, setOverlap] = useState(DAY_SECONDS);
  const key = useRef(randomId());
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title="Make a new secret?"
      consequences={["What is sent from now on is signed with the new one; it is shown once."]}
      action="Make a new secret"
      run={() => onRotate(overlap, `${key.current}-${overlap}`)}
    >
      <RadioGroup
        label="The old secret"
        options={OVERLAPS}
        value={String(overlap)}
        onChange={(chosen) => setOverlap(Number(chosen))}
      />
    </ConfirmDialog>
  );
}

const OVERLAPS = [
  {
    value: String(DAY_SECONDS),
    label: "Both sign for a day",
    help: "Nothing breaks while your server learns the new one.",
  },
  { value: "0", label: "The old one ends at once", help: "If it has leaked." },
];
