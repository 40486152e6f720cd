import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { BulkLinks } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { linkBody } from "./link-body.js";
import { LinkFields } from "./link-fields.js";
import { initialValues } from "./link-form.js";
import { LinkFormFrame } from "./link-form-frame.js";
import { type LinkSurroundings, loadSurroundings } from "./load-link-form.js";
import { ManyMade } from "./many-made.js";
import { NoActiveVersion } from "./no-active-version.js";
import { PagePreview } from "./page-preview.js";
import { type Recipient, recipientsIn } from "./recipients.js";
import { RecipientsField } from "./recipients-field.js";
import { TemplateChoice } from "./template-choice.js";
import { useLinkForm } from "./use-link-form.js";

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

const welcoming = () => ({ ...initialValues(), welcome_message: "Hello {{recipient.name}}!" });

function ManyForm({ around, onMade }: { around: LinkSurroundings; onMade(made: Made): void }) {
  const api = useLinkApi();
  const { agent, versions, policy, templates } = around;
  const [initial] = useState(welcoming);
  const [list, setList] = useState("");
  const { people, wrong: wrongList } = recipientsIn(list);
  const form = useLinkForm({
    initial,
    alsoWrong: (): Record<string, string> => (wrongList === null ? {} : { recipients: wrongList }),
    send: (values, key) => {
      // Each link is for the person of its line.
      const { recipient: _recipient, ...body } = linkBody(values);
      return api.bulk(agent.id, { create: [body], recipients: people }, key);
    },
    onDone: ({ results }) => onMade({ people, results }),
  });
  const [filledAnew, setFilledAnew] = useState(0);
  const content = JSON.stringify([form.values, people]);
  // As the first of them will see it.
  const first = people[0]?.name ?? "";
  const shown = useMemo(() => ({ ...form.values, "recipient.name": first }), [form.values, first]);
  return (
    <LinkFormFrame
      onSubmit={(event) => void form.submit(event, content)}
      submit={people.length > 1 ? `Create ${people.length} links` : "Create the links"}
      busy={form.busy}
      problem={form.problem}
      cancel={{ to: "/links/{-$agent}", params: { agent: agent.slug } }}
      preview={<PagePreview {...{ agent, policy }} values={shown} />}
    >
      <NoActiveVersion agent={agent} />
      <RecipientsField list={list} people={people} problem={form.wrong.recipients} onChange={setList} />
      <TemplateChoice
        templates={templates}
        onFill={(values) => {
          form.fill(values);
          setFilledAnew((before) => before + 1);
        }}
      />
      <LinkFields
        key={filledAnew}
        {...{ agent, versions, policy }}
        perPerson
        values={form.values}
        wrong={form.wrong}
        onChange={form.change}
      />
    </LinkFormFrame>
  );
}
