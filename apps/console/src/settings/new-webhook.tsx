import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { agentsQuery } from "../agents/agent-queries.js";
import type { Agent, Webhook } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import type { WithSecret } from "../api/settings-calls.js";
import { useCalls } from "../api/use-calls.js";
import { useSending } from "../api/use-sending.js";
import { webhookCalls } from "../api/webhook-calls.js";
import { focusFirst } from "../parts/field.js";
import { FormEnd } from "../parts/form-end.js";
import { Link } from "../parts/link.js";
import { PageHeader } from "../parts/page-header.js";
import { SecretOnce } from "../parts/secret-once.js";
import { WhenReady } from "../parts/states.js";
import { WebhookFields } from "./webhook-fields.js";
import { NEW_WEBHOOK, webhookBody, wrongInWebhook } from "./webhook-form.js";

/** Adds a receiver and hands out its secret. */
export function NewWebhookPage() {
  const api = useApi();
  const [made, setMade] = useState<WithSecret<Webhook> | null>(null);
  const query = useQuery(agentsQuery(api));
  if (made !== null) return <Made webhook={made} secret={made.secret} />;
  return (
    <>
      <PageHeader title="Add a webhook" parent={{ to: "/settings/webhooks", label: "Webhooks" }} />
      <WhenReady query={query}>{({ data }) => <WebhookForm agents={data} onMade={setMade} />}</WhenReady>
    </>
  );
}

function WebhookForm({ agents, onMade }: { agents: Agent[]; onMade(made: WithSecret<Webhook>): void }) {
  const api = useCalls(webhookCalls);
  const [values, setValues] = useState(NEW_WEBHOOK);
  const [own, setOwn] = useState<Record<string, string>>({});
  const { busy, problem, wrong, send } = useSending(focusFirst);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const found = wrongInWebhook(values);
    setOwn(found);
    if (Object.keys(found).length > 0) return focusFirst(found);
    const body = webhookBody(values);
    const made = await send(body, (key) => api.createWebhook(body, key));
    if (made !== null) onMade(made);
  };
  return (
    <form className="form" noValidate onSubmit={(event) => void submit(event)}>
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
        cancel={{ to: "/settings/webhooks" }}
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
          <Link className="button quiet" to="/settings/webhooks/$id" params={{ id: webhook.id }}>
            I have it, send a test
          </Link>
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
