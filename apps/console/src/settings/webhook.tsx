import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Delivery, Webhook } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { webhookCalls } from "../api/webhook-calls.js";
import { announce } from "../app/announcement.js";
import { keepFocus } from "../parts/keep-focus.js";
import { Link } from "../parts/link.js";
import { PageHeader } from "../parts/page-header.js";
import { SecretOnce } from "../parts/secret-once.js";
import { ProblemCard, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";
import { DeliveryList } from "./delivery-list.js";
import { useDeliveries } from "./use-deliveries.js";
import { useWebhook } from "./use-webhook.js";
import { DeleteWebhookDialog, RotateSecretDialog } from "./webhook-dialogs.js";
import { WebhookChip, WebhookStateNote, webhookName } from "./webhook-state.js";

const route = getRouteApi("/settings/webhooks/$id");

/** One receiver: whether it works, what it was sent, and what can be done with it. */
export function WebhookPage() {
  const { id } = route.useParams();
  const api = useCalls(webhookCalls);
  const query = useQuery({ queryKey: ["webhook", id], queryFn: answered(() => api.webhook(id)), gcTime: 0 });
  const title = query.data ? webhookName(query.data) : "Webhook";
  return (
    <>
      <PageHeader
        title={title}
        parent={{ to: "/settings/webhooks", label: "Webhooks" }}
        lead={query.data && <span className="mono">{query.data.url}</span>}
      />
      <WhenReady query={query}>{(webhook) => <Receiver webhook={webhook} reload={query.refetch} />}</WhenReady>
    </>
  );
}

function Receiver({ webhook, reload }: { webhook: Webhook; reload(): Promise<unknown> }) {
  const api = useCalls(webhookCalls);
  const navigate = useNavigate();
  const [status, setStatus] = useState<Delivery["status"] | "">("");
  const log = useDeliveries(api, webhook.id, status);
  const { busy, problem, rotated, forgetRotated, setActive, rotate, test } = useWebhook({
    api,
    id: webhook.id,
    reload,
  });
  const [asking, setAsking] = useState<"delete" | "rotate" | null>(null);
  const sendTest = async (): Promise<void> => {
    if (!(await test())) return;
    if (status === "") await log.watch();
    else setStatus("");
    await reload();
  };
  const remove = async () => {
    const answer = await api.deleteWebhook(webhook.id);
    if (answer.type !== "ok") return answer;
    announce(`“${webhookName(webhook)}” is deleted.`);
    void navigate({ to: "/settings/webhooks" });
    return null;
  };
  const kept = (): void => {
    forgetRotated();
    keepFocus();
  };
  const isOwn = webhook.agent_version === null;
  return (
    <>
      {problem && <ProblemCard problem={problem} />}
      {rotated && (
        <SecretOnce
          title="Copy the new secret now"
          label="Signing secret"
          secret={rotated.secret}
          done={
            <button type="button" className="button quiet" onClick={kept}>
              I have it
            </button>
          }
        >
          <p>It is shown only here, and signs from now on.</p>
        </SecretOnce>
      )}
      <WebhookStateNote webhook={webhook} busy={busy} onEnable={() => void setActive(true)} />
      <div className="actions start toolbar">
        {webhook.is_active && (
          <button type="button" className="button primary" aria-disabled={busy} onClick={() => void sendTest()}>
            Send a test
          </button>
        )}
        {isOwn && (
          <Link className="button quiet" to="/settings/webhooks/$id/edit" params={{ id: webhook.id }}>
            Change
          </Link>
        )}
        {isOwn && (
          <button type="button" className="button quiet" onClick={() => setAsking("rotate")}>
            New secret
          </button>
        )}
        {webhook.is_active && (
          <button type="button" className="button quiet" aria-disabled={busy} onClick={() => void setActive(false)}>
            Disable
          </button>
        )}
        {isOwn && (
          <button type="button" className="button quiet risky" onClick={() => setAsking("delete")}>
            Delete
          </button>
        )}
      </div>
      <Facts webhook={webhook} />
      <DeliveryList log={log} status={status} canSend={webhook.is_active} onStatus={setStatus} />
      {asking === "delete" && (
        <DeleteWebhookDialog
          webhook={webhook}
          onDelete={remove}
          onDisable={() => setActive(false)}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "rotate" && <RotateSecretDialog onRotate={rotate} onClose={() => setAsking(null)} />}
    </>
  );
}

function Facts({ webhook }: { webhook: Webhook }) {
  const api = useApi();
  const { agent_id: agentId } = webhook;
  const agent = useQuery({
    queryKey: ["agent", agentId, "name"],
    queryFn: answered(() => api.agent(agentId ?? "")),
    enabled: agentId !== null,
  });
  const named = agent.data ?? null;
  const extras = [
    ...(webhook.include_transcript ? ["transcript"] : []),
    ...(webhook.include_latency_metrics ? ["response times"] : []),
  ];
  return (
    <dl className="facts">
      <div>
        <dt>State</dt>
        <dd>
          <WebhookChip webhook={webhook} />
        </dd>
      </div>
      <div>
        <dt>Events</dt>
        <dd>{webhook.events.includes("*") ? "Everything" : webhook.events.join(", ")}</dd>
      </div>
      <div>
        <dt>Agent</dt>
        <dd>
          {agentId === null && "Every agent"}
          {agentId !== null && named === null && "One agent"}
          {named && (
            <Link to="/agents/$agent" params={{ agent: named.slug }}>
              {named.name}
            </Link>
          )}
          {webhook.agent_version !== null && (
            <span className="fact-note">
              Part of version {webhook.agent_version}; it changes with the document and can only be switched on and off
              here.
            </span>
          )}
        </dd>
      </div>
      <div>
        <dt>At the end of a conversation</dt>
        <dd>{extras.length === 0 ? "Nothing more" : `Also ${extras.join(" and ")}`}</dd>
      </div>
      {webhook.previous_secret_until !== null && (
        <div>
          <dt>Old secret</dt>
          <dd>
            Signs too; ends <Time value={webhook.previous_secret_until} />
          </dd>
        </div>
      )}
      <div>
        <dt>Added</dt>
        <dd>
          <Time value={webhook.created_at} />
        </dd>
      </div>
    </dl>
  );
}
