import { useState } from "preact/hooks";
import { announce } from "../app/announcement.js";
import { changedBody, valuesOf } from "./link-body.js";
import { type LinkSurroundings, loadSurroundings } from "./load-link-form.js";
import { useLinkForm } from "./use-link-form.js";
import { useLoad } from "../parts/use-load.js";
import type { Link } from "../api/answers.js";
import { go } from "../app/navigation.js";
import { pathOf } from "../app/route.js";
import { useApi } from "../api/api-context.js";
import { focusFirst } from "../parts/field.js";
import { FormEnd } from "../parts/form-end.js";
import { LinkFields } from "./link-fields.js";
import { PageHeader } from "../parts/page-header.js";
import { SaveTemplate } from "./save-template.js";
import { WhenReady } from "../parts/states.js";

/** Changes a link; only what was changed here is sent, so that two people do not undo each other. */
export function EditLinkPage({ agent, id }: { agent: string; id: string }) {
  const api = useApi();
  const { loaded, reload } = useLoad(id, async () => {
    const [around, link] = await Promise.all([loadSurroundings(api, agent), api.link(agent, id)]);
    if (around.type !== "ok") return around;
    return link.type === "ok" ? { type: "ok", value: { around: around.value, link: link.value } } : link;
  });
  const title = loaded.state === "ready" ? loaded.value.link.title : "the link";
  return (
    <>
      <PageHeader
        title={loaded.state === "ready" ? `Change “${title}”` : "Change a link"}
        parent={{ href: pathOf({ page: "link", agent, id }), label: title }}
        lead="The address stays the same. Limits and places count at once, also in running conversations; version and instructions count for new ones."
      />
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {({ around, link }) => <EditForm around={around} link={link} back={{ page: "link", agent, id }} />}
      </WhenReady>
    </>
  );
}

interface EditFormProps {
  around: LinkSurroundings;
  link: Link;
  back: { page: "link"; agent: string; id: string };
}

function EditForm({ around: { agent, versions, policy }, link, back }: EditFormProps) {
  const api = useApi();
  const [initial] = useState(() => valuesOf(link));
  const form = useLinkForm<Link | null>({
    initial,
    edit: true,
    send: async (values) => {
      const body = changedBody(initial, values);
      if (Object.keys(body).length === 0) return { type: "ok", value: null };
      return api.updateLink(agent.id, link.id, body);
    },
    onDone: (changed) => {
      announce(changed === null ? "Nothing was changed." : `“${changed.title}” is saved.`);
      go(back);
    },
    onWrong: focusFirst,
  });
  return (
    <form class="form" noValidate onSubmit={(event) => void form.submit(event, JSON.stringify(form.values))}>
      <LinkFields
        {...{ agent, versions, policy }}
        pinSet={link.pin_required}
        values={form.values}
        wrong={form.wrong}
        onChange={form.change}
      />
      <FormEnd problem={form.problem} busy={form.busy} action="Save" doing="Saving…" cancel={pathOf(back)}>
        <SaveTemplate values={form.values} check={form.check} />
      </FormEnd>
    </form>
  );
}
