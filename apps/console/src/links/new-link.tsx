import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { LinkCreated } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { AnchorButton, LinkButton } from "../ui/button.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { SecretOnce } from "../ui/secret-once.js";
import { linkBody } from "./link-body.js";
import { LinkFields } from "./link-fields.js";
import { initialValues } from "./link-form.js";
import { LinkFormFrame } from "./link-form-frame.js";
import { type LinkSurroundings, loadSurroundings } from "./load-link-form.js";
import { NoActiveVersion } from "./no-active-version.js";
import { PagePreview } from "./page-preview.js";
import { SaveTemplate } from "./save-template.js";
import { TemplateChoice } from "./template-choice.js";
import { useLinkForm } from "./use-link-form.js";

const route = getRouteApi("/links/$agent/new");

/** Makes a link and hands out its address. */
export function NewLinkPage() {
  const { agent: name } = route.useParams();
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
      <QueryView query={query}>{(around) => <LinkForm around={around} onCreated={setCreated} />}</QueryView>
    </>
  );
}

interface LinkFormProps {
  around: LinkSurroundings;
  onCreated(created: LinkCreated): void;
}

function LinkForm({ around, onCreated }: LinkFormProps) {
  const api = useLinkApi();
  const { agent, versions, policy, templates } = around;
  const [initial] = useState(initialValues);
  const form = useLinkForm({
    initial,
    send: (values, key) => api.createLink(agent.id, linkBody(values), key),
    onDone: onCreated,
  });
  const [filledAnew, setFilledAnew] = useState(0);
  return (
    <LinkFormFrame
      onSubmit={(event) => void form.submit(event, JSON.stringify(form.values))}
      submit={"Create the link"}
      busy={form.busy}
      problem={form.problem}
      cancel={{ to: "/links/{-$agent}", params: { agent: agent.slug } }}
      more={<SaveTemplate values={form.values} check={form.check} />}
      preview={<PagePreview {...{ agent, policy }} values={form.values} />}
    >
      <NoActiveVersion agent={agent} />
      <TemplateChoice
        templates={templates}
        onFill={(values) => {
          form.fill(values);
          // What the template sets is unfolded.
          setFilledAnew((before) => before + 1);
        }}
      />
      <LinkFields
        key={filledAnew}
        {...{ agent, versions, policy }}
        values={form.values}
        wrong={form.wrong}
        onChange={form.change}
      />
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
