import { randomId } from "@parley/web-kit";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { Webhook } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { webhookCalls } from "../api/webhook-calls.js";
import { ConfirmDialog } from "../parts/confirm-dialog.js";
import { plural } from "../sessions/session-rows.js";
import { webhookName } from "./webhook-state.js";

const COUNTED = 200;
const DAY_SECONDS = 86_400;

interface DeleteProps {
  webhook: Webhook;
  onDelete(): Promise<Problem | null>;
  onClose(): void;
}

/** Says what is lost: what waits, and the log. */
export function DeleteWebhookDialog({ webhook, onDelete, onClose }: DeleteProps) {
  const api = useCalls(webhookCalls);
  const waiting = useQuery({
    queryKey: ["webhook", webhook.id, "pending"],
    queryFn: answered(() => api.deliveries(webhook.id, { status: "pending", limit: COUNTED })),
  });
  return (
    <ConfirmDialog
      title={`Delete “${webhookName(webhook)}”?`}
      action="Delete the webhook"
      onConfirm={onDelete}
      onClose={onClose}
    >
      <p>
        {waiting.isPending && "Counting what waits…"}
        {waiting.error && "What waits is not sent any more."}
        {waiting.data && waitingText(waiting.data.data.length)}
      </p>
      <p>Its secret and its log are deleted with it. To pause it instead, disable it.</p>
    </ConfirmDialog>
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
  onRotate(overlapSeconds: number, key: string): Promise<Problem | null>;
  onClose(): void;
}

/** A new secret; as a rule the old one signs beside it for a day, so that the server can change over in peace. */
export function RotateSecretDialog({ onRotate, onClose }: RotateProps) {
  const [overlap, setOverlap] = useState(DAY_SECONDS);
  const key = useRef(randomId());
  return (
    <ConfirmDialog
      title="Make a new secret?"
      action="Make a new secret"
      onConfirm={() => onRotate(overlap, `${key.current}-${overlap}`)}
      onClose={onClose}
    >
      <label className="check">
        <input type="radio" name="overlap" checked={overlap === DAY_SECONDS} onChange={() => setOverlap(DAY_SECONDS)} />
        <span>
          Both sign for a day <span className="fact-note">Nothing breaks while your server learns the new one.</span>
        </span>
      </label>
      <label className="check">
        <input type="radio" name="overlap" checked={overlap === 0} onChange={() => setOverlap(0)} />
        <span>
          The old one ends at once <span className="fact-note">When it got into the wrong hands.</span>
        </span>
      </label>
    </ConfirmDialog>
  );
}
