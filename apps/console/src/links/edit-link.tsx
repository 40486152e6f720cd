import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import type { PublicLink } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { notify } from "../ui/notify.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { changedBody, valuesOf } from "./link-body.js";
import { LinkFields } from "./link-fields.js";
import { checked, type LinkValues } from "./link-form.js";
import { LinkFormFrame } from "./link-form-frame.js";
import { type LinkSurroundings, loadSurroundings } from "./load-link-form.js";
import { PagePreview } from "./page-preview.js";
import { SaveTemplate } from "./save-template.js";

const route = getRouteApi("/links/$agent/$id/edit");

/** Changes a link; only changed fields are sent, so that two people do not undo each other's changes. */
export function EditLinkPage() {
  const { agent, id } = route.useParams();
  const api = useLinkApi();
  const query = useQuery({
    queryKey: ["link", id, "form"],
    queryFn: answered(async () => {
      const [around, link] = await Promise.all([loadSurroundings(api, agent), api.link(agent, id)]);
      if (around.type !== "ok") return around;
      return link.type === "ok" ? { type: "ok", value: { around: around.value, link: link.value } } : link;
    }),
    gcTime: 0,
  });
  const title = query.data?.link.title ?? "the link";
  return (
    <>
      <PageHeader
        title={query.data ? `Change “${title}”` : "Change a link"}
        parent={{ to: "/links/$agent/$id", params: { agent, id }, label: title }}
        lead="The address stays the same. Limits and places count at once, also in running conversations; version and instructions count for new ones."
      />
      <QueryView query={query}>
        {({ around, link }) => <EditForm around={around} link={link} back={{ agent, id }} />}
      </QueryView>
    </>
  );
}

interface EditFormProps {
  around: LinkSurroundings;
  link: PublicLink;
  back: { agent: string; id: string };
}

function EditForm({ around: { agent, versions, policy }, link, back }: EditFormProps) {
  const api = useLinkApi();
  const navigate = useNavigate();
  const [initial] = useState(() => valuesOf(link));
  const form = useForm<LinkValues>({ defaultValues: initial, resolver: checked({ edit: true }) });
  const save = async (values: LinkValues): Promise<void> => {
    const body = changedBody(initial, values);
    const same = Object.keys(body).length === 0;
    const changed = same ? link : await answered(() => api.updateLink(agent.id, link.id, body))();
    notify.good(same ? "Nothing was changed." : `“${changed.title}” is saved.`);
    void navigate({ to: "/links/$agent/$id", params: back });
  };
  return (
    <LinkFormFrame
      form={form}
      onSubmit={save}
      submit="Save"
      cancel={{ to: "/links/$agent/$id", params: back }}
      more={<SaveTemplate form={form} />}
      preview={<PagePreview {...{ agent, policy }} pinSet={link.pin_required} values={form.watch()} />}
    >
      <LinkFields {...{ form, agent, versions, policy }} pinSet={link.pin_required} />
    </LinkFormFrame>
  );
}
