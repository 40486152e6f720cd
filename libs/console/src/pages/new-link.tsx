import { useRef, useState } from "preact/hooks";
import { allPages } from "../data/all-pages.js";
import { initialValues, type LinkValues, linkBody, wrongFields } from "../data/link-form.js";
import { useLoad } from "../data/use-load.js";
import type { CreatedLink } from "../net/api.js";
import type { Agent, Version } from "../net/models.js";
import type { Problem } from "../net/problem.js";
import { randomId } from "../net/random-id.js";
import { pathOf } from "../routing/route.js";
import { useApi } from "../view/api-context.js";
import { CopyField } from "../view/copy-field.js";
import { focusFirst } from "../view/field.js";
import { LinkFields } from "../view/link-fields.js";
import { PageHeader } from "../view/page-header.js";
import { ProblemCard, WhenReady } from "../view/states.js";

/** Makes a link; its address is shown afterwards, once. */
export function NewLinkPage({ agent: name }: { agent: string }) {
  const api = useApi();
  const [created, setCreated] = useState<CreatedLink | null>(null);
  const { loaded, reload } = useLoad(name, async () => {
    const [agent, versions] = await Promise.all([api.agent(name), allPages((cursor) => api.versions(name, cursor))]);
    if (agent.type !== "ok") return agent;
    if (versions.type !== "ok") return versions;
    return { type: "ok", value: { agent: agent.value, versions: versions.value.data } };
  });
  const back = pathOf({ page: "links", agent: name });
  if (created !== null) return <Created created={created} back={back} />;
  const agentName = loaded.state === "ready" ? loaded.value.agent.name : name;
  return (
    <>
      <PageHeader title="Create a link" parent={{ href: back, label: `Links of ${agentName}` }} />
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {(at) => <LinkForm agent={at.agent} versions={at.versions} onCreated={setCreated} />}
      </WhenReady>
    </>
  );
}

interface LinkFormProps {
  agent: Agent;
  versions: Version[];
  onCreated(created: CreatedLink): void;
}

function LinkForm({ agent, versions, onCreated }: LinkFormProps) {
  const api = useApi();
  const [values, setValues] = useState<LinkValues>(initialValues);
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  /** One key per content: a repeat after a lost answer gets the same link, a changed form gets a new one. */
  const attempt = useRef({ content: "", key: "" });

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setProblem(null);
    const found = wrongFields(values);
    setWrong(found);
    if (Object.keys(found).length > 0) return focusFirst(found);
    const body = linkBody(values);
    const content = JSON.stringify(values);
    if (attempt.current.content !== content) attempt.current = { content, key: randomId() };
    setBusy(true);
    const answer = await api.createLink(agent.id, body, attempt.current.key);
    setBusy(false);
    if (answer.type === "ok") return onCreated(answer.value);
    const refused = Object.fromEntries(answer.fields.map(({ field, message }) => [field, message]));
    setWrong(refused);
    setProblem(answer);
    focusFirst(refused);
  };

  return (
    <form class="form" noValidate onSubmit={(event) => void submit(event)}>
      {agent.activeVersion === null && (
        <p class="note">
          {agent.name} has no active version. The link can be made, but conversations start only after a version is{" "}
          <a href={pathOf({ page: "agent", agent: agent.slug })}>activated</a>.
        </p>
      )}
      <LinkFields
        agentName={agent.name}
        values={values}
        wrong={wrong}
        versions={versions}
        onChange={(name, value) => setValues((before) => ({ ...before, [name]: value }))}
      />
      {problem && <ProblemCard problem={problem} />}
      <div class="actions start">
        <button type="submit" class="button primary" aria-disabled={busy}>
          {busy ? "Creating…" : "Create the link"}
        </button>
        <a class="button quiet" href={pathOf({ page: "links", agent: agent.slug })}>
          Cancel
        </a>
      </div>
    </form>
  );
}

function Created({ created, back }: { created: CreatedLink; back: string }) {
  return (
    <>
      <PageHeader title="The link is ready" lead={created.link.title} />
      <section class="outcome good">
        <h2>Copy the address now</h2>
        <p>
          It is shown this one time. Parley keeps only a fingerprint of it, so nobody can look it up later; if it gets
          lost, create another link.
        </p>
        <CopyField label="Address of the link" value={created.url} />
        <div class="actions start">
          <a class="button quiet" href={created.url} target="_blank" rel="noopener noreferrer">
            Open in a new tab
          </a>
          <a class="button quiet" href={back}>
            I have it, back to the links
          </a>
        </div>
      </section>
    </>
  );
}
