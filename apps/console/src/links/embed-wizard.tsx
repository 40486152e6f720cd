import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import type { PublicLink, Snippets } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { Button } from "../ui/button.js";
import { RadioGroup } from "../ui/choices.js";
import { CopyField } from "../ui/copy-field.js";
import { Form, FormField } from "../ui/form.js";
import { notify } from "../ui/notify.js";
import { TextField } from "../ui/text-field.js";
import styles from "./links.module.css";

interface WizardProps {
  agent: string;
  link: PublicLink;
  snippets: Snippets;
}

type Way = "widget" | "iframe";
const WAYS: readonly { value: Way; label: string; help: string }[] = [
  { value: "widget", label: "A bubble in the corner", help: "It opens the chat over every page that has the snippet." },
  { value: "iframe", label: "In the page", help: "The chat stands where the snippet stands." },
];

/**
 * The chat on another site: first the site, then the snippet. Browsers show it only on the sites that the link lists, so a snippet is
 * offered only where it works.
 */
export function EmbedWizard({ agent, link, snippets }: WizardProps) {
  const { widget, iframe, allowed_domains: sites } = snippets;
  const [way, setWay] = useState<Way>("widget");
  const [adding, setAdding] = useState(false);
  const add = <SiteForm {...{ agent, link, sites }} onDone={() => setAdding(false)} />;
  if (widget === null || iframe === null)
    return (
      <section className={styles.stack} aria-label="On your site">
        <h3>On your site</h3>
        {add}
      </section>
    );
  return (
    <section className={styles.stack} aria-label="On your site">
      <h3>On your site</h3>
      <RadioGroup label="How it stands there" options={WAYS} value={way} onChange={setWay} />
      <CopyField
        label="Snippet"
        value={way === "widget" ? widget : iframe}
        lines={3}
        help={
          way === "widget"
            ? "Paste it before </body> of each page that shows the chat."
            : "Paste it where the chat should appear."
        }
      />
      <p className={styles.note}>
        Works on {sites.join(", ")}; browsers refuse it elsewhere.{" "}
        {adding ? null : (
          <Button small look="quiet" onClick={() => setAdding(true)}>
            Add a site
          </Button>
        )}
      </p>
      {adding ? add : null}
    </section>
  );
}

interface SiteProps {
  agent: string;
  link: PublicLink;
  sites: readonly string[];
  onDone: () => void;
}

function SiteForm({ agent, link, sites, onDone }: SiteProps) {
  const api = useLinkApi();
  const client = useQueryClient();
  const form = useForm({ defaultValues: { site: "" } });
  const allow = async ({ site }: { site: string }): Promise<void> => {
    await answered(() => api.updateLink(agent, link.id, { allowed_domains: [...sites, originOf(site)] }))();
    await client.invalidateQueries({ queryKey: ["link", link.id] });
    notify.good("The snippet works on this site now.");
    onDone();
  };
  return (
    <Form
      form={form}
      submit="Allow this site"
      onSubmit={allow}
      fieldOf={(path) => (path.startsWith("allowed_domains") ? "site" : null)}
    >
      <FormField form={form} name="site" rules={{ required: "Which site?" }}>
        {(bound) => (
          <TextField
            label="Your site"
            help="The site whose pages will show the chat. Only the sites of a link can be talked from."
            placeholder="https://www.example.com"
            mono
            {...bound}
          />
        )}
      </FormField>
    </Form>
  );
}

/** People copy the address of a page; only its origin counts. */
function originOf(typed: string): string {
  const site = typed.trim();
  return /^https?:\/\//i.test(site) && URL.canParse(site) && !site.includes("*") ? new URL(site).origin : site;
}
