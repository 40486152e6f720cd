import { randomId } from "@parley/web-kit";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Agent, PublicLink } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { notify } from "../ui/notify.js";
import { refusalOf } from "../ui/refusal.js";

/** Limit of one call. */
const BULK_MAX = 500;

/** Actions on links; each reports its result and its errors. */
export function useLinkActions(agent: Agent) {
  const api = useLinkApi();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const refresh = async (): Promise<void> => {
    for (const noun of ["links", "link"]) await client.invalidateQueries({ queryKey: [noun] });
  };
  const told = async (act: () => Promise<void>): Promise<void> => {
    setBusy(true);
    await act().catch((error: unknown) => notify.problem(refusalOf(error).detail));
    setBusy(false);
  };

  const toggle = (link: PublicLink): Promise<void> =>
    told(async () => {
      await answered(() => api.updateLink(agent.id, link.id, { is_active: !link.is_active }))();
      await refresh();
      notify.good(
        link.is_active
          ? `“${link.title}” is disabled; its conversations wait until it is enabled again.`
          : `“${link.title}” is enabled.`,
      );
    });
  const copy = (link: PublicLink): Promise<void> =>
    told(async () => {
      const { url } = await answered(() => api.embed(agent.id, link.id))();
      try {
        await navigator.clipboard.writeText(url);
        notify.good(`The address of “${link.title}” is copied.`);
      } catch {
        notify.problem("The browser does not allow copying here. Open the link to see its address.");
      }
    });
  /** Throws the refusal: the dialog shows it. */
  const remove = async (link: PublicLink): Promise<void> => {
    const { sessions_ended: ended } = await answered(() => api.deleteLink(agent.id, link.id))();
    await client.invalidateQueries({ queryKey: ["links"] });
    notify.good(
      `“${link.title}” is deleted; ${ended === 1 ? "1 live session was" : `${ended} live sessions were`} ended.`,
    );
  };
  const disableMany = async (links: readonly PublicLink[]): Promise<void> => {
    let refused = 0;
    for (let from = 0; from < links.length; from += BULK_MAX) {
      const deactivate = links.slice(from, from + BULK_MAX).map(({ id }) => id);
      const { results } = await answered(() => api.bulk(agent.id, { deactivate }, randomId()))();
      refused += results.filter(({ error }) => error !== undefined).length;
    }
    await refresh();
    notify.good(`${links.length - refused} disabled${refused > 0 ? `, ${refused} refused` : ""}.`);
  };
  return { busy, toggle, copy, remove, disableMany };
}
