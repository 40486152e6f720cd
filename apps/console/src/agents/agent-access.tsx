import { useQuery } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { ACCESS_MODES, type AccessPolicy, type Agent } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { MODE_WORDS } from "../links/access-note.js";
import { itemsOf } from "../links/link-form.js";
import { Block, Note } from "../ui/block.js";
import { Checkbox } from "../ui/choices.js";
import { Form, FormField } from "../ui/form.js";
import { notify } from "../ui/notify.js";
import { QueryView } from "../ui/query-view.js";
import { Select } from "../ui/select.js";
import { TextArea, TextField } from "../ui/text-field.js";
import { AccessRequests } from "./access-requests.js";

const MODES = ACCESS_MODES.map((value) => ({ value, label: MODE_WORDS[value].label }));

/** Access through all links of an agent, and the requests for it. */
export function AgentAccess({ agent }: { agent: Agent }) {
  const api = useLinkApi();
  const query = useQuery({
    queryKey: ["access-policy", agent.id],
    queryFn: answered(() => api.accessPolicy(agent.id)),
    gcTime: 0,
  });
  if (query.error?.problem.status === 403)
    return (
      <Block title="Access">
        <Note>Only editors and above can see the access policy, because it contains names.</Note>
      </Block>
    );
  return (
    <>
      <Block title="Access">
        <QueryView query={query}>
          {(policy) => <PolicyForm agent={agent} policy={policy} onSaved={query.refetch} />}
        </QueryView>
      </Block>
      {query.data && <AccessRequests agent={agent} mode={query.data.mode} />}
    </>
  );
}

interface PolicyFormProps {
  agent: Agent;
  policy: AccessPolicy;
  onSaved(): Promise<unknown>;
}

function PolicyForm({ agent, policy, onSaved }: PolicyFormProps) {
  const api = useLinkApi();
  const form = useForm({
    defaultValues: {
      ...{ mode: policy.mode, allowed_emails: policy.allowed_emails.join("\n") },
      ...{ notify_email: policy.notify_email ?? "", links_enabled: policy.links_enabled },
    },
  });
  const asks = form.watch("mode") === "approval";
  return (
    <Form
      form={form}
      submit="Save access"
      onSubmit={async ({ allowed_emails: emails, notify_email: email, ...rest }) => {
        const body = { ...rest, allowed_emails: itemsOf(emails), notify_email: email.trim() || null };
        await answered(() => api.setAccessPolicy(agent.id, body))();
        notify.good("Saved. It counts for all links of this agent at once.");
        await onSaved();
      }}
    >
      <FormField form={form} name="mode">
        {(bound) => (
          <Select
            label="Who may talk"
            help="Counts for all links of this agent, besides what each link asks for. Running conversations follow with their next message."
            options={MODES}
            {...bound}
          />
        )}
      </FormField>
      {asks && (
        <>
          <FormField form={form} name="allowed_emails">
            {(bound) => (
              <TextArea
                label="Need no approval"
                help="One address per line, at most 1,000. Everybody else asks, and waits for you below."
                rows={4}
                mono
                {...bound}
              />
            )}
          </FormField>
          <FormField form={form} name="notify_email">
            {(bound) => (
              <TextField
                label="Notify this address of new requests"
                help="The mail contains no names; the list below does. Empty: no notification."
                type="email"
                {...bound}
              />
            )}
          </FormField>
        </>
      )}
      <FormField form={form} name="links_enabled">
        {(bound) => (
          <Checkbox
            label="Links of this agent work"
            help="When disabled, its links behave as if they did not exist; sessions are kept and continue when it is enabled again."
            {...bound}
          />
        )}
      </FormField>
    </Form>
  );
}
