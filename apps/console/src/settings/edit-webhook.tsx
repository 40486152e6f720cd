import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { webhookCalls } from "../api/webhook-calls.js";
import { notify } from "../ui/notify.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { WebhookForm } from "./webhook-form.js";
import { webhookName } from "./webhook-state.js";
import { changedWebhook } from "./webhook-values.js";

const route = getRouteApi("/settings/webhooks/$id/edit");

/** Changes a receiver; its agent and its secret stay. */
export function EditWebhookPage() {
  const { id } = route.useParams();
  const calls = useCalls(webhookCalls);
  const navigate = useNavigate();
  const query = useQuery({ queryKey: ["webhook", id], queryFn: answered(() => calls.webhook(id)), gcTime: 0 });
  const name = query.data ? webhookName(query.data) : "Webhook";
  const back = (): void => void navigate({ to: "/settings/webhooks/$id", params: { id } });
  return (
    <>
      <PageHeader title="Change the webhook" parent={{ to: "/settings/webhooks/$id", params: { id }, label: name }} />
      <QueryView query={query}>
        {(webhook) => (
          <WebhookForm
            webhook={webhook}
            agents={null}
            submit="Save"
            onSubmit={async (values) => {
              const body = changedWebhook(webhook, values);
              const isSame = Object.keys(body).length === 0;
              if (!isSame) await answered(() => calls.updateWebhook(id, body))();
              notify.good(isSame ? "Nothing was changed." : "The webhook is changed.");
              back();
            }}
            onCancel={back}
          />
        )}
      </QueryView>
    </>
  );
}
