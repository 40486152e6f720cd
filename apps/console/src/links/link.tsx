import { useState } from "preact/hooks";
import { announce } from "../app/announcement.js";
import { useLoad } from "../parts/use-load.js";
import type { Agent, Link } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { go } from "../app/navigation.js";
import { pathOf } from "../app/route.js";
import { useApi } from "../api/api-context.js";
import { DeleteLinkDialog } from "./delete-link-dialog.js";
import { HostIdentity } from "./host-identity.js";
import { LinkAddress } from "./link-address.js";
import { LinkFacts } from "./link-facts.js";
import { LinkNumbers } from "./link-numbers.js";
import { LinkSessions } from "./link-sessions.js";
import { PageHeader } from "../parts/page-header.js";
import { SecurityEvents } from "./security-events.js";
import { ProblemCard, WhenReady } from "../parts/states.js";

/** One link: its address, how it is used, who talked, what its defences noticed. */
export function LinkPage({ agent: name, id }: { agent: string; id: string }) {
  const api = useApi();
  const { loaded, reload } = useLoad(id, async () => {
    const [agent, link] = await Promise.all([api.agent(name), api.link(name, id)]);
    if (agent.type !== "ok") return agent;
    return link.type === "ok" ? { type: "ok", value: { agent: agent.value, link: link.value } } : link;
  });
  const shown = loaded.state === "ready" ? loaded.value : null;
  return (
    <>
      <PageHeader
        title={shown?.link.title ?? "Link"}
        parent={{
          href: pathOf({ page: "links", agent: name }),
          label: shown === null ? "Links" : `Links of ${shown.agent.name}`,
        }}
        lead={shown?.link.description ?? undefined}
      >
        {shown && <Actions {...shown} onChange={reload} />}
      </PageHeader>
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {({ agent, link }) => (
          <>
            <LinkFacts link={link} agent={agent} />
            <LinkAddress agent={agent.id} link={link} onChange={reload} />
            <HostIdentity agent={agent.id} link={link} />
            <LinkNumbers agent={agent.id} link={link} />
            <LinkSessions agent={agent} link={link} />
            <SecurityEvents link={link.id} />
          </>
        )}
      </WhenReady>
    </>
  );
}

function Actions({ agent, link, onChange }: { agent: Agent; link: Link; onChange(): Promise<void> }) {
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const toggle = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const answer = await api.updateLink(agent.id, link.id, { is_active: !link.is_active });
    setBusy(false);
    if (answer.type !== "ok") return setProblem(answer);
    setProblem(null);
    await onChange();
    announce(link.is_active ? "Disabled; its conversations wait until it is enabled again." : "Enabled.");
  };
  const remove = async (): Promise<Problem | null> => {
    const answer = await api.deleteLink(agent.id, link.id);
    if (answer.type !== "ok") return answer;
    announce(`“${link.title}” is deleted; live sessions that were ended: ${answer.value.sessions_ended}.`);
    go({ page: "links", agent: agent.slug });
    return null;
  };
  return (
    <>
      <a class="button primary" href={pathOf({ page: "edit-link", agent: agent.slug, id: link.id })}>
        Change
      </a>
      <button type="button" class="button quiet" aria-disabled={busy} onClick={() => void toggle()}>
        {link.is_active ? "Disable" : "Enable"}
      </button>
      <button type="button" class="button quiet risky" onClick={() => setDeleting(true)}>
        Delete
      </button>
      {problem && <ProblemCard problem={problem} />}
      {deleting && (
        <DeleteLinkDialog
          agent={agent.id}
          link={link}
          onDelete={remove}
          onDisable={() => void toggle()}
          onClose={() => setDeleting(false)}
        />
      )}
    </>
  );
}
