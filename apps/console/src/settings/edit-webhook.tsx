import { useState } from "preact/hooks";
import { announce } from "../app/announcement.js";
import { useLoad } from "../parts/use-load.js";
import { useSending } from "../api/use-sending.js";
import { changedWebhook, valuesOfWebhook, wrongInWebhook } from "./webhook-form.js";
import type { Webhook } from "../api/answers.js";
import { go } from "../app/navigation.js";
import { pathOf } from "../app/route.js";
import { useApi } from "../api/api-context.js";
import { focusFirst } from "../parts/field.js";
import { FormEnd } from "../parts/form-end.js";
import { PageHeader } from "../parts/page-header.js";
import { WhenReady } from "../parts/states.js";
import { WebhookFields } from "./webhook-fields.js";
import { webhookName } from "./webhook-state.js";

/** Changes a receiver; its agent and its secret stay. */
export function EditWebhookPage({ id }: { id: string }) {
  const api = useApi();
  const { loaded, reload } = useLoad(id, () => api.webhook(id));
  const name = loaded.state === "ready" ? webhookName(loaded.value) : "Webhook";
  return (
    <>
      <PageHeader title="Change the webhook" parent={{ href: pathOf({ page: "webhook", id }), label: name }} />
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {(webhook) => <EditForm webhook={webhook} />}
      </WhenReady>
    </>
  );
}

function EditForm({ webhook }: { webhook: Webhook }) {
  const api = useApi();
  const [before] = useState(() => valuesOfWebhook(webhook));
  const [values, setValues] = useState(before);
  const [own, setOwn] = useState<Record<string, string>>({});
  const { busy, problem, wrong, send } = useSending(focusFirst);
  const back = { page: "webhook" as const, id: webhook.id };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const found = wrongInWebhook(values);
    setOwn(found);
    if (Object.keys(found).length > 0) return focusFirst(found);
    const body = changedWebhook(before, values);
    if (Object.keys(body).length === 0) {
      announce("Nothing was changed.");
      return go(back);
    }
    if ((await send(body, () => api.updateWebhook(webhook.id, body))) === null) return;
    announce("The webhook is changed.");
    go(back);
  };
  return (
    <form class="form" noValidate onSubmit={(event) => void submit(event)}>
      <WebhookFields
        values={values}
        wrong={{ ...wrong, ...own }}
        agents={null}
        onChange={(change) => setValues((now) => ({ ...now, ...change }))}
      />
      <FormEnd problem={problem} busy={busy} action="Save" doing="Saving…" cancel={pathOf(back)} />
    </form>
  );
}
