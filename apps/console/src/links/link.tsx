import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { Agent, PublicLink } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { LinkSending } from "../sending/link-sending.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { HostIdentity } from "./host-identity.js";
import { LinkAddress } from "./link-address.js";
import { LinkFacts } from "./link-facts.js";
import { LinkNumbers } from "./link-numbers.js";
import { LinkMenu } from "./link-peek.js";
import { LinkSessions } from "./link-sessions.js";
import { SecurityEvents } from "./security-events.js";

const route = getRouteApi("/links/$agent/$id");

/** One link: its address, its usage, its conversations, and its security events. */
export function LinkPage() {
  const { agent: name, id } = route.useParams();
  const api = useLinkApi();
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
        {shown && <Actions {...shown} />}
      </PageHeader>
      <QueryView query={query}>
        {({ agent, link }) => (
          <>
            <LinkFacts link={link} agent={agent} />
            <LinkAddress agent={agent.id} link={link} />
            <LinkSending agent={agent.id} link={link} />
            <HostIdentity agent={agent.id} link={link} />
            <LinkNumbers agent={agent.id} link={link} />
            <LinkSessions agent={agent} link={link} />
            <SecurityEvents link={link.id} />
          </>
        )}
      </QueryView>
    </>
  );
}

function Actions({ agent, link }: { agent: Agent; link: PublicLink }) {
  const navigate = useNavigate();
  return (
    <LinkMenu
      agent={agent}
      link={link}
      onGone={() => void navigate({ to: "/links/{-$agent}", params: { agent: agent.slug } })}
    />
  );
}
