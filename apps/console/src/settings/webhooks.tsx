import { useQuery } from "@tanstack/react-query";
import { allPages } from "../api/all-pages.js";
import type { Agent, Webhook } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { webhookCalls } from "../api/webhook-calls.js";
import { Link } from "../parts/link.js";
import { PageHeader } from "../parts/page-header.js";
import { Empty, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";
import { SettingsNav } from "./settings-nav.js";
import { eventsInWords } from "./webhook-events.js";
import { WebhookChip, webhookName } from "./webhook-state.js";

/** The receivers that are told what happens. */
export function WebhooksPage() {
  const api = useApi();
  const { webhooks: receivers } = useCalls(webhookCalls);
  const query = useQuery({
    queryKey: ["webhooks"],
    queryFn: answered(async () => {
      const [webhooks, agents] = await Promise.all([
        allPages((cursor) => receivers(cursor)),
        allPages((cursor) => api.agents(cursor)),
      ]);
      if (webhooks.type !== "ok") return webhooks;
      // Names are a kindness: without them the list is still true.
      return { type: "ok", value: { ...webhooks.value, agents: agents.type === "ok" ? agents.value.data : [] } };
    }),
  });
  return (
    <>
      <PageHeader title="Webhooks" lead="Your servers hear of conversations, people who are asked for, and links.">
        <Link className="button primary" to="/settings/webhooks/new">
          Add a webhook
        </Link>
      </PageHeader>
      <SettingsNav />
      <WhenReady query={query}>
        {({ data, more, agents }) => (
          <>
            {data.length === 0 ? <NoWebhooks /> : <Rows webhooks={data} agents={agents} />}
            {more && <p className="help">Only the newest {data.length} webhooks are shown.</p>}
          </>
        )}
      </WhenReady>
    </>
  );
}

function Rows({ webhooks, agents }: { webhooks: Webhook[]; agents: Agent[] }) {
  const names = new Map(agents.map(({ id, name }) => [id, name]));
  return (
    <ul className="rows">
      {webhooks.map((webhook) => (
        <li key={webhook.id} className="row">
          <div className="row-main">
            <h2 className="row-title">
              <Link className="row-title" to="/settings/webhooks/$id" params={{ id: webhook.id }}>
                {webhookName(webhook)}
              </Link>
            </h2>
            <WebhookChip webhook={webhook} />
          </div>
          <p className="row-text mono">{webhook.url}</p>
          <p className="row-facts">
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
        <Link className="button primary" to="/settings/webhooks/new">
          Add the first webhook
        </Link>
      </p>
    </Empty>
  );
}
