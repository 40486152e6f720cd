import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Agent, PublicLink } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import type { Problem } from "../api/problem.js";
import { answered } from "../api/query.js";
import { announce } from "../app/announcement.js";
import { Link } from "../parts/link.js";
import { PageHeader } from "../parts/page-header.js";
import { ProblemCard, WhenReady } from "../parts/states.js";
import { LinkSending } from "../sending/link-sending.js";
import { DeleteLinkDialog } from "./delete-link-dialog.js";
import { HostIdentity } from "./host-identity.js";
import { LinkAddress } from "./link-address.js";
import { LinkFacts } from "./link-facts.js";
import { LinkNumbers } from "./link-numbers.js";
import { LinkSessions } from "./link-sessions.js";
import { SecurityEvents } from "./security-events.js";

const route = getRouteApi("/links/$agent/$id");

/** One link: its address, how it is used, who talked, what its defences noticed. */
export function LinkPage() {
  const { agent: name, id } = route.useParams();
  const api = useApi();
  const query = useQuery({
    queryKey: ["link", id, "page"],
    queryFn: answered(async () => {
      const [agent, link] = await Promise.all([api.agent(name), api.link(name, id)]);
      if (agent.type !== "ok") return agent;
      return link.type === "ok" ? { type: "ok", value: { agent: agent.value, link: link.value } } : link;
    }),
  });
  const shown = query.data ?? null;
  return (
    <>
      <PageHeader
        title={shown?.link.title ?? "Link"}
        parent={{
          to: "/links/{-$agent}",
          params: { agent: name },
          label: shown === null ? "Links" : `Links of ${shown.agent.name}`,
        }}
        lead={shown?.link.description ?? undefined}
      >
        {shown && <Actions {...shown} onChange={query.refetch} />}
      </PageHeader>
      <WhenReady query={query}>
        {({ agent, link }) => (
          <>
            <LinkFacts link={link} agent={agent} />
            <LinkAddress agent={agent.id} link={link} onChange={query.refetch} />
            <LinkSending agent={agent.id} link={link} />
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

function Actions({ agent, link, onChange }: { agent: Agent; link: PublicLink; onChange(): Promise<unknown> }) {
  const navigate = useNavigate();
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
    void navigate({ to: "/links/{-$agent}", params: { agent: agent.slug } });
    return null;
  };
  return (
    <>
      <Link className="button primary" to="/links/$agent/$id/edit" params={{ agent: agent.slug, id: link.id }}>
        Change
      </Link>
      <button type="button" className="button quiet" aria-disabled={busy} onClick={() => void toggle()}>
        {link.is_active ? "Disable" : "Enable"}
      </button>
      <button type="button" className="button quiet risky" onClick={() => setDeleting(true)}>
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
