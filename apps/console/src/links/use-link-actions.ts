import { randomId } from "@parley/web-kit";
import { useState } from "react";
import type { Agent, PublicLink } from "../api/answers.js";
import type { Api } from "../api/api.js";
import type { Problem } from "../api/problem.js";
import { announce } from "../app/announcement.js";

interface Options {
  api: Api;
  agent: Agent;
  reload(): Promise<unknown>;
}

/** As many as one call may name. */
const BULK_MAX = 500;

/** What can be done with links of a list; each says what it did. */
export function useLinkActions({ api, agent, reload }: Options) {
  const [problem, setProblem] = useState<Problem | null>(null);

  const toggle = async (link: PublicLink): Promise<void> => {
    setProblem(null);
    const answer = await api.updateLink(agent.id, link.id, { is_active: !link.is_active });
    if (answer.type !== "ok") return setProblem(answer);
    await reload();
    announce(
      link.is_active
        ? `“${link.title}” is disabled; its conversations wait until it is enabled again.`
        : `“${link.title}” is enabled.`,
    );
  };
  const copy = async (link: PublicLink): Promise<void> => {
    setProblem(null);
    const answer = await api.embed(agent.id, link.id);
    if (answer.type !== "ok") return setProblem(answer);
    try {
      await navigator.clipboard.writeText(answer.value.url);
      announce(`The address of “${link.title}” is copied.`);
    } catch {
      announce("The browser does not allow copying here. Open the link to see its address.");
    }
  };
  const remove = async (link: PublicLink): Promise<Problem | null> => {
    const answer = await api.deleteLink(agent.id, link.id);
    if (answer.type !== "ok") return answer;
    const ended = answer.value.sessions_ended;
    announce(
      `“${link.title}” is deleted; ${ended === 1 ? "1 live session was" : `${ended} live sessions were`} ended.`,
    );
    await reload();
    return null;
  };
  const disableMany = async (links: PublicLink[]): Promise<Problem | null> => {
    let refused = 0;
    for (let from = 0; from < links.length; from += BULK_MAX) {
      const deactivate = links.slice(from, from + BULK_MAX).map(({ id }) => id);
      const answer = await api.bulk(agent.id, { deactivate }, randomId());
      if (answer.type !== "ok") return answer;
      refused += answer.value.results.filter(({ error }) => error !== undefined).length;
    }
    await reload();
    announce(`${links.length - refused} disabled${refused > 0 ? `, ${refused} refused` : ""}.`);
    return null;
  };
  return { problem, toggle, copy, remove, disableMany };
}
