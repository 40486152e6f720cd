import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import type { BulkLinks } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { useRepeatKey } from "../api/use-repeat-key.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { linkBody } from "./link-body.js";
import { LinkFields } from "./link-fields.js";
import { checked, initialValues, type LinkValues } from "./link-form.js";
import { LinkFormFrame } from "./link-form-frame.js";
import { type LinkSurroundings, loadSurroundings } from "./load-link-form.js";
import { ManyMade } from "./many-made.js";
import { NoActiveVersion } from "./no-active-version.js";
import { PagePreview } from "./page-preview.js";
import { type Recipient, recipientsIn } from "./recipients.js";
import { RecipientsField } from "./recipients-field.js";
import { TemplateChoice } from "./template-choice.js";

interface Made {
  people: Recipient[];
  results: BulkLinks["results"];
}

const route = getRouteApi("/links/$agent/many");

/** One link for each person of a list, all with the same settings. */
export function ManyLinksPage() {
  const { agent: name } = route.useParams();
  const api = useLinkApi();
  const [made, setMade] = useState<Made | null>(null);
  const query = useQuery({
    queryKey: ["link-form", name],
    queryFn: answered(() => loadSurroundings(api, name)),
    gcTime: 0,
  });
  const agentName = query.data?.agent.name ?? name;
  if (made !== null) return <ManyMade {...made} agent={name} />;
  return (
    <>
      <PageHeader
        title="Links for many people"
        parent={{ to: "/links/{-$agent}", params: { agent: name }, label: `Links of ${agentName}` }}
        lead="Each person on the list gets a link of their own, which knows their name."
      />
      <QueryView query={query}>{(around) => <ManyForm around={around} onMade={setMade} />}</QueryView>
    </>
  );
}

const welcoming = (): LinkValues => ({
  ...{ ...initialValues(), recipients: "", welcome_message: "Hello {{recipient.name}}!" },
});

/** Each link is for a person of the list. */
function wrongList({ recipients = "" }: LinkValues): Record<string, string> {
  const { wrong } = recipientsIn(recipients);
  return wrong === null ? {} : { recipients: wrong };
}

function ManyForm({ around, onMade }: { around: LinkSurroundings; onMade(made: Made): void }) {
  const api = useLinkApi();
  const { agent, versions, policy, templates } = around;
  const keyOf = useRepeatKey();
  const form = useForm<LinkValues>({ defaultValues: welcoming(), resolver: checked({ also: wrongList }) });
  const values = form.watch();
  const { people } = recipientsIn(values.recipients ?? "");
  const [filledAnew, setFilledAnew] = useState(0);
  const create = async (sent: LinkValues): Promise<void> => {
    // Each link is for the person of its line.
    const { recipient: _recipient, ...body } = linkBody(sent);
    const call = { create: [body], recipients: people };
    const { results } = await answered(() => api.bulk(agent.id, call, keyOf(sent)))();
    onMade({ people, results });
  };
  return (
    <LinkFormFrame
      form={form}
      onSubmit={create}
      submit={people.length > 1 ? `Create ${people.length} links` : "Create the links"}
      cancel={{ to: "/links/{-$agent}", params: { agent: agent.slug } }}
      // As the first recipient will see it.
      preview={<PagePreview {...{ agent, policy }} values={{ ...values, "recipient/name": people[0]?.name ?? "" }} />}
    >
      <NoActiveVersion agent={agent} />
      <RecipientsField form={form} people={people} />
      <TemplateChoice
        templates={templates}
        onFill={(filled) => {
          form.reset({ ...filled, recipients: form.getValues("recipients") ?? "" });
          setFilledAnew((before) => before + 1);
        }}
      />
      <LinkFields key={filledAnew} {...{ form, agent, versions, policy }} perPerson />
    </LinkFormFrame>
  );
}
