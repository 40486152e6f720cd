import { type FormEvent, useState } from "react";
import type { PublicLink, Snippets } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import type { Problem } from "../api/problem.js";
import { announce } from "../app/announcement.js";
import { CopyField } from "../parts/copy-field.js";
import { Field, focusFirst } from "../parts/field.js";
import { ProblemCard } from "../parts/states.js";

interface FrameSnippetProps {
  agent: string;
  link: PublicLink;
  snippets: Snippets;
  onChange(): Promise<unknown>;
}

/** The chat on another site. Browsers show it only on the sites that the link lists, so the first one is asked for. */
export function FrameSnippet({ agent, link, snippets, onChange }: FrameSnippetProps) {
  const { widget, iframe, allowed_domains: sites } = snippets;
  if (widget === null || iframe === null) return <FirstSite agent={agent} link={link} onChange={onChange} />;
  return (
    <>
      <CopyField label="Snippet: chat widget" shown value={widget} />
      <CopyField label="Snippet: chat in place" shown value={iframe} />
      <p className="help">Works on {sites.join(", ")}; browsers refuse it elsewhere.</p>
    </>
  );
}

function FirstSite({ agent, link, onChange }: Omit<FrameSnippetProps, "snippets">) {
  const api = useApi();
  const [site, setSite] = useState("");
  const [wrong, setWrong] = useState<string | undefined>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const allow = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const answer = await api.updateLink(agent, link.id, { allowed_domains: [site.trim()] });
    if (answer.type === "ok") {
      announce("The snippet works on this site now.");
      await onChange();
      return;
    }
    const [finding] = answer.fields;
    setWrong(finding?.message);
    setProblem(finding === undefined ? answer : null);
    focusFirst({ frame_site: "" });
  };
  return (
    <form onSubmit={(event) => void allow(event)}>
      <Field
        name="frame_site"
        label="Snippets: chat on your site"
        help="The site whose pages will show the chat, such as https://www.example.com. Only the sites of a link can be talked from."
        problem={wrong}
      >
        {(control) => (
          <input
            {...control}
            className="input mono"
            inputMode="url"
            placeholder="https://www.example.com"
            required
            value={site}
            onChange={(event) => setSite(event.currentTarget.value)}
          />
        )}
      </Field>
      {problem && <ProblemCard problem={problem} />}
      <button type="submit" className="button quiet small">
        Allow this site
      </button>
    </form>
  );
}
