import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { agentsQuery } from "../agents/agent-queries.js";
import type { Webhook } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import type { WithSecret } from "../api/settings-calls.js";
import { useCalls } from "../api/use-calls.js";
import { useRepeatKey } from "../api/use-repeat-key.js";
import { webhookCalls } from "../api/webhook-calls.js";
import { LinkButton } from "../ui/button.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { SecretOnce } from "../ui/secret-once.js";
import { WebhookForm } from "./webhook-form.js";
import { type WebhookValues, webhookBody } from "./webhook-values.js";

/** Adds a receiver and shows its secret. */
export function NewWebhookPage() {
  const calls = useCalls(webhookCalls);
  const keyOf = useRepeatKey();
  const navigate = useNavigate();
  const [made, setMade] = useState<WithSecret<Webhook> | null>(null);
  const query = useQuery(agentsQuery(useApi()));
  const add = async (values: WebhookValues): Promise<void> => {
    const body = webhookBody(values);
    setMade(await answered(() => calls.createWebhook(body, keyOf(body)))());
  };
  if (made !== null) return <Made webhook={made} />;
  return (
    <>
      <PageHeader title="Add a webhook" parent={{ to: "/settings/webhooks", label: "Webhooks" }} />
      <QueryView query={query}>
        {({ data }) => (
          <WebhookForm
            webhook={null}
            agents={data}
            submit="Add the webhook"
            onSubmit={add}
            onCancel={() => void navigate({ to: "/settings/webhooks" })}
          />
        )}
      </QueryView>
    </>
  );
}

function Made({ webhook }: { webhook: WithSecret<Webhook> }) {
  return (
    <>
      <PageHeader title="The webhook is ready" lead={webhook.url} />
      <SecretOnce
        title="Copy the secret now"
        label="Signing secret"
        secret={webhook.secret}
        done={
          <LinkButton to="/settings/webhooks/$id" params={{ id: webhook.id }}>
            I have it, send a test
          </LinkButton>
        }
      >
        It is shown only here. Your server needs it to tell real deliveries from made-up ones: each is signed in the
        form of Standard Webhooks.
      </SecretOnce>
    </>
  );
}
