import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { Webhook } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { useSending } from "../api/use-sending.js";
import { webhookCalls } from "../api/webhook-calls.js";
import { announce } from "../app/announcement.js";
import { focusFirst } from "../parts/field.js";
import { FormEnd } from "../parts/form-end.js";
import { PageHeader } from "../parts/page-header.js";
import { WhenReady } from "../parts/states.js";
import { WebhookFields } from "./webhook-fields.js";
import { changedWebhook, valuesOfWebhook, wrongInWebhook } from "./webhook-form.js";
import { webhookName } from "./webhook-state.js";

const route = getRouteApi("/settings/webhooks/$id/edit");

/** Changes a receiver; its agent and its secret stay. */
export function EditWebhookPage() {
  const { id } = route.useParams();
  const api = useCalls(webhookCalls);
  const query = useQuery({ queryKey: ["webhook", id], queryFn: answered(() => api.webhook(id)), gcTime: 0 });
  const name = query.data ? webhookName(query.data) : "Webhook";
  return (
    <>
      <PageHeader title="Change the webhook" parent={{ to: "/settings/webhooks/$id", params: { id }, label: name }} />
      <WhenReady query={query}>{(webhook) => <EditForm webhook={webhook} />}</WhenReady>
    </>
  );
}

function EditForm({ webhook }: { webhook: Webhook }) {
  const api = useCalls(webhookCalls);
  const [before] = useState(() => valuesOfWebhook(webhook));
  const [values, setValues] = useState(before);
  const [own, setOwn] = useState<Record<string, string>>({});
  const { busy, problem, wrong, send } = useSending(focusFirst);
  const navigate = useNavigate();
  const back = { to: "/settings/webhooks/$id", params: { id: webhook.id } } as const;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const found = wrongInWebhook(values);
    setOwn(found);
    if (Object.keys(found).length > 0) return focusFirst(found);
    const body = changedWebhook(before, values);
    if (Object.keys(body).length === 0) {
      announce("Nothing was changed.");
      return void navigate(back);
    }
    if ((await send(body, () => api.updateWebhook(webhook.id, body))) === null) return;
    announce("The webhook is changed.");
    void navigate(back);
  };
  return (
    <form className="form" noValidate onSubmit={(event) => void submit(event)}>
      <WebhookFields
        values={values}
        wrong={{ ...wrong, ...own }}
        agents={null}
        onChange={(change) => setValues((now) => ({ ...now, ...change }))}
      />
      <FormEnd problem={problem} busy={busy} action="Save" doing="Saving…" cancel={back} />
    </form>
  );
}
