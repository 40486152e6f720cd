import type { Webhook } from "../api/answers.js";
import { plural } from "../sessions/session-rows.js";
import { Buttons, Notice } from "../ui/block.js";
import { Button } from "../ui/button.js";
import { Status, type Tone } from "../ui/status.js";
import { Time } from "../ui/time.js";

/** Its description, else its host. */
export function webhookName({ description, url }: Webhook): string {
  if (description !== null && description !== "") return description;
  return URL.canParse(url) ? new URL(url).host : url;
}

export function webhookState({ is_active: isActive, disabled_reason: why, failures }: Webhook): {
  word: string;
  tone: Tone;
} {
  if (isActive) return failures > 0 ? { word: "Failing", tone: "warn" } : { word: "Active", tone: "good" };
  const bySystem = why === "gone" || why === "failing";
  return bySystem ? { word: "Switched off", tone: "problem" } : { word: "Disabled", tone: "neutral" };
}

export function WebhookStatus({ webhook }: { webhook: Webhook }) {
  const { word, tone } = webhookState(webhook);
  return <Status tone={tone}>{word}</Status>;
}

interface StateNoteProps {
  webhook: Webhook;
  busy: boolean;
  onEnable(): void;
}

/** Explains why deliveries have stopped, or may soon stop, and what helps. */
export function WebhookStateNote({ webhook, busy, onEnable }: StateNoteProps) {
  const { disabled_reason: reason, disabled_at: at, failures, failing_since: since } = webhook;
  if (webhook.is_active) {
    if (failures === 0) return null;
    return (
      <Notice role="status">
        The last {plural(failures, "attempt")} failed
        {since !== null && (
          <>
            , the first <Time at={since} />
          </>
        )}
        . Without one success the webhook is switched off after three days. The deliveries below hold what the server
        said.
      </Notice>
    );
  }
  const when = at !== null && <Time at={at} />;
  return (
    <Notice role="region" aria-label="Why nothing is sent">
      {reason === "gone" ? (
        <p>
          <strong>Switched off {when}</strong> because the server answered with 410: it wants nothing any more.
        </p>
      ) : reason === "failing" ? (
        <p>
          <strong>Switched off {when}</strong> because for days no attempt succeeded. Repair the server first, then
          switch the webhook on and send a test.
        </p>
      ) : (
        <p>
          <strong>Disabled {when}.</strong> Nothing is sent, and what happens meanwhile is not sent later.
        </p>
      )}
      <Buttons>
        <Button look="primary" busy={busy} onClick={onEnable}>
          Switch it on
        </Button>
      </Buttons>
    </Notice>
  );
}
