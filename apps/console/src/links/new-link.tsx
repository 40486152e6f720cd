import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import type { LinkCreated } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { useRepeatKey } from "../api/use-repeat-key.js";
import { AnchorButton, LinkButton } from "../ui/button.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { SecretOnce } from "../ui/secret-once.js";
import { linkBody } from "./link-body.js";
import { LinkFields } from "./link-fields.js";
import { checked, initialValues, type LinkValues } from "./link-form.js";
import { LinkFormFrame } from "./link-form-frame.js";
import { type LinkSurroundings, loadSurroundings } from "./load-link-form.js";
import { NoActiveVersion } from "./no-active-version.js";
import { PagePreview } from "./page-preview.js";
import { SaveTemplate } from "./save-template.js";
import { TemplateChoice } from "./template-choice.js";

const route = getRouteApi("/links/$agent/new");

/** Creates a link and shows its address; `?session=…` names the conversation that it continues from. */
export function NewLinkPage() {
  const { agent: name } = route.useParams();
  const { session = "" } = route.useSearch();
  const api = useLinkApi();
  const [created, setCreated] = useState<LinkCreated | null>(null);
  const query = useQuery({
    queryKey: ["link-form", name],
    queryFn: answered(() => loadSurroundings(api, name)),
    gcTime: 0,
  });
  if (created !== null) return <Created created={created} agent={name} />;
  const agentName = query.data?.agent.name ?? name;
  return (
    <>
      <PageHeader
        title="Create a link"
        parent={{ to: "/links/{-$agent}", params: { agent: name }, label: `Links of ${agentName}` }}
        lead="Every field has an answer already; change what matters to you."
      />
      <QueryView query={query}>{(around) => <LinkForm {...{ around, session }} onCreated={setCreated} />}</QueryView>
    </>
  );
}

interface LinkFormProps {
  around: LinkSurroundings;
  session: string;
  onCreated(created: LinkCreated): void;
}

function LinkForm({ around, session, onCreated }: LinkFormProps) {
  const api = useLinkApi();
  const { agent, versions, policy, templates } = around;
  const keyOf = useRepeatKey();
  const form = useForm<LinkValues>({
    defaultValues: { ...initialValues(), source_session_id: session },
    resolver: checked(),
  });
  const [filledAnew, setFilledAnew] = useState(0);
  const create = async (values: LinkValues): Promise<void> =>
    onCreated(await answered(() => api.createLink(agent.id, linkBody(values), keyOf(values)))());
  return (
    <LinkFormFrame
      form={form}
      onSubmit={create}
      submit="Create the link"
      cancel={{ to: "/links/{-$agent}", params: { agent: agent.slug } }}
      more={<SaveTemplate form={form} />}
      preview={<PagePreview {...{ agent, policy }} values={form.watch()} />}
    >
      <NoActiveVersion agent={agent} />
      <TemplateChoice
        templates={templates}
        onFill={(values) => {
          form.reset({ ...values, source_session_id: session });
          // Sections set by the template are expanded.
          setFilledAnew((before) => before + 1);
        }}
      />
      <LinkFields key={filledAnew} {...{ form, agent, versions, policy }} />
    </LinkFormFrame>
  );
}

function Created({ created, agent }: { created: LinkCreated; agent: string }) {
  return (
    <>
      <PageHeader title="The link is ready" lead={created.title} />
      <SecretOnce
        title="Copy the address now"
        label="Address of the link"
        secret={created.url}
        done={
          <>
            <LinkButton to="/links/$agent/$id" params={{ agent, id: created.id }}>
              QR code and snippet
            </LinkButton>
            <AnchorButton href={created.url} target="_blank" rel="noopener noreferrer">
              Open in a new tab
            </AnchorButton>
            <LinkButton to="/links/{-$agent}" params={{ agent }}>
              I have it, back to the links
            </LinkButton>
          </>
        }
      >
        Whoever has it can talk to the agent. Editors find it again on the page of the link, with a QR code and a
        snippet for web sites.
      </SecretOnce>
    </>
  );
}
