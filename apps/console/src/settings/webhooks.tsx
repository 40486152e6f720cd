import { allPages } from "../api/all-pages.js";
import { useLoad } from "../parts/use-load.js";
import { eventsInWords } from "./webhook-events.js";
import type { Agent, Webhook } from "../api/answers.js";
import { pathOf } from "../app/route.js";
import { useApi } from "../api/api-context.js";
import { PageHeader } from "../parts/page-header.js";
import { SettingsNav } from "./settings-nav.js";
import { Empty, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";
import { WebhookChip, webhookName } from "./webhook-state.js";

/** The receivers that are told what happens. */
export function WebhooksPage() {
  const api = useApi();
  const { loaded, reload } = useLoad("webhooks", async () => {
    const [webhooks, agents] = await Promise.all([
      allPages((cursor) => api.webhooks(cursor)),
      allPages((cursor) => api.agents(cursor)),
    ]);
    if (webhooks.type !== "ok") return webhooks;
    // Names are a kindness: without them the list is still true.
    return { type: "ok", value: { ...webhooks.value, agents: agents.type === "ok" ? agents.value.data : [] } };
  });
  return (
    <>
      <PageHeader title="Webhooks" lead="Your servers hear of conversations, people who are asked for, and links.">
        <a class="button primary" href={pathOf({ page: "new-webhook" })}>
          Add a webhook
        </a>
      </PageHeader>
      <SettingsNav current="webhooks" />
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {({ data, more, agents }) => (
          <>
            {data.length === 0 ? <NoWebhooks /> : <Rows webhooks={data} agents={agents} />}
            {more && <p class="help">Only the newest {data.length} webhooks are shown.</p>}
          </>
        )}
      </WhenReady>
    </>
  );
}

function Rows({ webhooks, agents }: { webhooks: Webhook[]; agents: Agent[] }) {
  const names = new Map(agents.map(({ id, name }) => [id, name]));
  return (
    <ul class="rows">
      {webhooks.map((webhook) => (
        <li key={webhook.id} class="row">
          <div class="row-main">
            <h2 class="row-title">
              <a class="row-title" href={pathOf({ page: "webhook", id: webhook.id })}>
                {webhookName(webhook)}
              </a>
            </h2>
            <WebhookChip webhook={webhook} />
          </div>
          <p class="row-text mono">{webhook.url}</p>
          <p class="row-facts">
            <span>{eventsInWords(webhook.events)}</span>
            <span>{webhook.agent_id === null ? "every agent" : (names.get(webhook.agent_id) ?? "one agent")}</span>
            {webhook.agent_version !== null && <span>part of version {webhook.agent_version}</span>}
            <span>
              added <Time value={webhook.created_at} />
            </span>
          </p>
        </li>
      ))}
    </ul>
  );
}

function NoWebhooks() {
  return (
    <Empty title="No webhooks yet">
      <p>
        A webhook is an address of your own server. Parley sends it a signed POST when a conversation begins or ends,
        when a person is asked for, or when a link stops working, and tries again for a day when it does not answer.
      </p>
      <p>Agents may also bring webhooks of their own in their document; those are listed here too.</p>
      <p>
        <a class="button primary" href={pathOf({ page: "new-webhook" })}>
          Add the first webhook
        </a>
      </p>
    </Empty>
  );
}
