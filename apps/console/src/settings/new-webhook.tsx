import { useState } from "preact/hooks";
import { allPages } from "../api/all-pages.js";
import { useLoad } from "../parts/use-load.js";
import { useSending } from "../api/use-sending.js";
import { NEW_WEBHOOK, webhookBody, wrongInWebhook } from "./webhook-form.js";
import type { Agent, Webhook } from "../api/answers.js";
import type { WithSecret } from "../api/settings-calls.js";
import { pathOf } from "../app/route.js";
import { useApi } from "../api/api-context.js";
import { focusFirst } from "../parts/field.js";
import { FormEnd } from "../parts/form-end.js";
import { PageHeader } from "../parts/page-header.js";
import { SecretOnce } from "../parts/secret-once.js";
import { WhenReady } from "../parts/states.js";
import { WebhookFields } from "./webhook-fields.js";

/** Adds a receiver and hands out its secret. */
export function NewWebhookPage() {
  const api = useApi();
  const [made, setMade] = useState<WithSecret<Webhook> | null>(null);
  const { loaded, reload } = useLoad("agents", () => allPages((cursor) => api.agents(cursor)));
  if (made !== null) return <Made webhook={made} secret={made.secret} />;
  return (
    <>
      <PageHeader title="Add a webhook" parent={{ href: pathOf({ page: "webhooks" }), label: "Webhooks" }} />
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {({ data }) => <WebhookForm agents={data} onMade={setMade} />}
      </WhenReady>
    </>
  );
}

function WebhookForm({ agents, onMade }: { agents: Agent[]; onMade(made: WithSecret<Webhook>): void }) {
  const api = useApi();
  const [values, setValues] = useState(NEW_WEBHOOK);
  const [own, setOwn] = useState<Record<string, string>>({});
  const { busy, problem, wrong, send } = useSending(focusFirst);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const found = wrongInWebhook(values);
    setOwn(found);
    if (Object.keys(found).length > 0) return focusFirst(found);
    const body = webhookBody(values);
    const made = await send(body, (key) => api.createWebhook(body, key));
    if (made !== null) onMade(made);
  };
  return (
    <form class="form" noValidate onSubmit={(event) => void submit(event)}>
      <WebhookFields
        values={values}
        wrong={{ ...wrong, ...own }}
        agents={agents}
        onChange={(change) => setValues((before) => ({ ...before, ...change }))}
      />
      <FormEnd
        problem={problem}
        busy={busy}
        action="Add the webhook"
        doing="Adding…"
        cancel={pathOf({ page: "webhooks" })}
      />
    </form>
  );
}

function Made({ webhook, secret }: { webhook: Webhook; secret: string }) {
  return (
    <>
      <PageHeader title="The webhook is ready" lead={webhook.url} />
      <SecretOnce
        title="Copy the secret now"
        label="Signing secret"
        secret={secret}
        done={
          <a class="button quiet" href={pathOf({ page: "webhook", id: webhook.id })}>
            I have it, send a test
          </a>
        }
      >
        <p>
          It is shown only here. Your server needs it to tell real deliveries from made-up ones: each is signed in the
          form of Standard Webhooks.
        </p>
      </SecretOnce>
    </>
  );
}
