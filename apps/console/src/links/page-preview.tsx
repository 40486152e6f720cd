import { isRecord } from "@parley/web-kit";
import { useEffect, useMemo, useRef, useState } from "react";
import type { AccessPolicy, Agent } from "../api/answers.js";
import { Button } from "../ui/button.js";
import { linkBody } from "./link-body.js";
import { type LinkValues, wrongFields } from "./link-form.js";
import styles from "./page-preview.module.css";

interface PagePreviewProps {
  values: LinkValues;
  agent: Agent;
  policy: AccessPolicy | null;
  /** The link has a PIN already. */
  pinSet?: boolean;
}

/** The chat page without a link: it shows what the embedding page sends, if that is of its own origin. */
const ADDRESS = "/public/chat?preview";

/** The real chat page with the values of the form, as they are typed. Nothing in it can be used. */
export function PagePreview({ values, agent, policy, pinSet = false }: PagePreviewProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [ready, setReady] = useState(false);
  const [entry, setEntry] = useState(false);
  const link = useMemo(() => shownLink(values, agent, policy, pinSet), [values, agent, policy, pinSet]);
  const asks = link.pin_required || link.require_email || link.consent_text !== null;
  const greeting = values.initial_message?.trim() ? named(values.initial_message, values) : null;
  useEffect(() => {
    const hear = ({ origin, source, data }: MessageEvent<unknown>): void => {
      const isFrame = origin === location.origin && source === frame.current?.contentWindow;
      if (isFrame && isRecord(data) && data.type === "parley-preview-ready") setReady(true);
    };
    addEventListener("message", hear);
    return () => removeEventListener("message", hear);
  }, []);
  useEffect(() => {
    if (!ready) return;
    frame.current?.contentWindow?.postMessage({ type: "parley-preview", link, greeting, entry }, location.origin);
  }, [ready, link, greeting, entry]);
  return (
    <section className={styles.preview} aria-label="Preview">
      <header className={styles.head}>
        <h2>Preview</h2>
        {asks ? (
          <Button small look="quiet" aria-pressed={entry} onClick={() => setEntry(!entry)}>
            {entry ? "Show the conversation" : "Show what it asks first"}
          </Button>
        ) : null}
      </header>
      <iframe ref={frame} className={styles.page} src={ADDRESS} title="Preview of the chat page" tabIndex={-1} />
    </section>
  );
}

const named = (text: string | undefined, values: LinkValues): string =>
  (text ?? "").replaceAll(/\{\{\s*recipient[._]name\s*\}\}/g, values["recipient/name"]?.trim() ?? "").trim();

/** What the server would send the page for this link. Invalid values are treated as not set. */
function shownLink(values: LinkValues, agent: Agent, policy: AccessPolicy | null, pinSet: boolean) {
  const right = { ...values };
  for (const name of Object.keys(wrongFields(values))) right[name] = "";
  if (right.expiry === "at" || right.expiry === "hours") right.expiry = "";
  const body = linkBody(right);
  const person = values["recipient/name"]?.trim();
  const { file_uploads: files } = body;
  return {
    ...{ title: body.title ?? null, description: body.description ?? null, branding: body.branding ?? {} },
    ...{ agent_name: agent.name, availability: "available", starters: body.starters ?? [] },
    welcome_message: named(values.welcome_message, values) || null,
    introduction: values.intro === "agent" ? agent.description : null,
    recipient: person ? { name: person } : null,
    consent_text: values.consent_text?.trim() || null,
    pin_required: values.pin_remove !== "yes" && (pinSet || Boolean(values.pin)),
    require_email: values.require_email === "yes" || (policy !== null && policy.mode !== "open"),
    access: policy?.mode ?? "open",
    files: isRecord(files) ? files : null,
    features: { stop: true, ratings: true, files: isRecord(files) && files.enabled === true },
  };
}
