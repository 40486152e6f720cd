import type { Webhook } from "../api/answers.js";
import { Time } from "../parts/time.js";
import { plural } from "../sessions/session-rows.js";

/** What people call it, else the host it is at. */
export function webhookName({ description, url }: Webhook): string {
  if (description !== null && description !== "") return description;
  return URL.canParse(url) ? new URL(url).host : url;
}

export function WebhookChip({ webhook }: { webhook: Webhook }) {
  if (!webhook.is_active) {
    const bySystem = webhook.disabled_reason === "gone" || webhook.disabled_reason === "failing";
    return <span className={`chip ${bySystem ? "error" : "inactive"}`}>{bySystem ? "Switched off" : "Disabled"}</span>;
  }
  if (webhook.failures > 0) return <span className="chip warning">Failing</span>;
  return <span className="chip active">Active</span>;
}

interface StateNoteProps {
  webhook: Webhook;
  busy: boolean;
  onEnable(): void;
}

/** Says why nothing comes, or may soon stop coming, and what helps. */
export function WebhookStateNote({ webhook, busy, onEnable }: StateNoteProps) {
  const {
    is_active: isActive,
    disabled_reason: disabledReason,
    disabled_at: disabledAt,
    failures,
    failing_since: failingSince,
  } = webhook;
  if (isActive) {
    if (failures === 0) return null;
    return (
      <p className="note" role="status">
        The last {plural(failures, "attempt")} failed
        {failingSince !== null && (
          <>
            , the first <Time value={failingSince} />
          </>
        )}
        . Without one success the webhook is switched off after three days. Look at the deliveries below for what the
        server said.
      </p>
    );
  }
  const when = disabledAt !== null && <Time value={disabledAt} />;
  return (
    <section className="outcome" aria-label="Why nothing is sent">
      {disabledReason === "gone" && (
        <p>
          <strong>Switched off {when}</strong> because the server answered with 410: it wants nothing any more.
        </p>
      )}
      {disabledReason === "failing" && (
        <p>
          <strong>Switched off {when}</strong> because for days no attempt succeeded. Repair the server first, then
          switch the webhook on and send a test.
        </p>
      )}
      {disabledReason !== "gone" && disabledReason !== "failing" && (
        <p>
          <strong>Disabled {when}.</strong> Nothing is sent, and what happens meanwhile is not sent later.
        </p>
      )}
      <div className="actions start">
        <button type="button" className="button primary" aria-disabled={busy} onClick={onEnable}>
          Switch it on
        </button>
      </div>
    </section>
  );
}
