import { accentOf, initialOf } from "@parley/web-kit";
import { useLayoutEffect, useRef } from "react";
import type { Agent } from "../api/answers.js";
import { itemsOf, type LinkValues } from "./link-form.js";
import { LogoPicture } from "./logo-picture.js";

interface PagePreviewProps {
  values: LinkValues;
  agent: Agent;
}

const PROPERTIES = [
  ["--preview-fill", "fill"],
  ["--preview-on-fill", "onFill"],
  ["--preview-ink", "ink"],
] as const;

/** Head and welcome of the chat page as these settings make them, in its light colours. A picture: nothing in it can be used. */
export function PagePreview({ values, agent }: PagePreviewProps) {
  const figure = useRef<HTMLDivElement>(null);
  const accent = values["branding.accent"] ?? "";
  // The policy of the page allows no style attributes in markup; setting properties one by one is no markup.
  useLayoutEffect(() => {
    const colours = accentOf(accent, "light");
    for (const [property, part] of PROPERTIES) {
      if (colours === null) figure.current?.style.removeProperty(property);
      else figure.current?.style.setProperty(property, colours[part]);
    }
  }, [accent]);
  const name = values["branding.name"]?.trim() || agent.name;
  const person = values["recipient.name"]?.trim() ?? "";
  const welcome = (values.welcome_message ?? "").replaceAll(/\{\{\s*recipient[._]name\s*\}\}/g, person).trim();
  const introduction = values.intro === "agent" ? agent.description : null;
  return (
    <figure className="preview">
      <figcaption>Preview of the page</figcaption>
      <div className="preview-page" ref={figure}>
        <div className="preview-head">
          <LogoPicture logo={values["branding.logo"]?.trim() ?? ""} initial={initialOf(name)} />
          <p className="preview-name">{name}</p>
        </div>
        <div className="preview-body">
          <p className="preview-title">{values.title?.trim() || agent.name}</p>
          {values.description?.trim() && <p>{values.description}</p>}
          {introduction && <p className="preview-quiet">{introduction}</p>}
          {welcome !== "" && <p className="preview-welcome">{welcome}</p>}
          <Starters starters={itemsOf(values.starters, true).slice(0, 6)} />
          <p className="preview-send" aria-hidden="true">
            Send
          </p>
        </div>
      </div>
    </figure>
  );
}

function Starters({ starters }: { starters: string[] }) {
  if (starters.length === 0) return null;
  return (
    <ul className="preview-starters">
      {starters.map((starter, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two may be alike while they are typed
        <li key={`${index} ${starter}`}>{starter}</li>
      ))}
    </ul>
  );
}
