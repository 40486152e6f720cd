import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet, useMatches, useNavigate } from "@tanstack/react-router";
import { Menu as MenuIcon, Search, X } from "lucide-react";
import { useCallback, useState } from "react";
import { useApi } from "../api/api-context.js";
import { countsQuery } from "../inbox/inbox-count.js";
import { KeysProvider } from "../keys/keys-provider.js";
import { runShortcut, useShortcut } from "../keys/registry.js";
import { mailboxQuery } from "../mail/mailbox.js";
import { Link } from "../ui/link.js";
import { onDemand } from "../ui/on-demand.js";
import { Pressed } from "./pressed.js";
import type { Section } from "./section.js";
import { SECTIONS } from "./sections.js";
import styles from "./shell.module.css";
import { caller } from "./sign-in.js";
import { whoQuery } from "./who.js";

const Person = onDemand(async () => (await import("./person.js")).Person);
const Facts = onDemand(async () => (await import("../live/facts.js")).Facts);

type Entry = (typeof SECTIONS)[number];

/** The frame of every page: navigation, keyboard shortcuts and signing out. */
export function Shell() {
  const api = useApi();
  const counts = useQuery(countsQuery(api));
  const hasMailbox = useQuery(mailboxQuery(api)).isSuccess;
  const hidden: Section[] = [
    ...(hasMailbox ? [] : ["mail" as const]),
    ...(counts.error?.problem.status === 403 ? ["inbox" as const] : []),
  ];
  const sections = SECTIONS.filter(({ name }) => !hidden.includes(name));
  const navigate = useNavigate();
  const goTo = (to: Entry["to"]) => () => void navigate({ to, params: { id: undefined, agent: undefined } });
  const commands = sections.map(({ name, label, to, icon: SectionIcon }) => ({
    ...{ id: `go.${name}`, label, group: "Go to", shortcut: `go.${name}` },
    icon: <SectionIcon />,
    run: goTo(to),
  }));
  const client = useQueryClient();
  const search = useCallback(
    async (text: string) => (await import("./find-things.js")).findThings(text, { api, client, navigate }),
    [api, client, navigate],
  );
  return (
    <KeysProvider commands={commands} search={search}>
      {sections.map(({ name, label, keys, to }) => (
        <GoKey key={name} id={`go.${name}`} label={label} keys={keys} run={goTo(to)} />
      ))}
      <Facts caller={caller} />
      <div className={styles.shell}>
        <a className="skip" href="#content">
          Skip to the page
        </a>
        <Bar sections={sections} waiting={counts.data?.waiting ?? 0} />
        <main id="content" className={styles.content} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
    </KeysProvider>
  );
}

function GoKey({ id, label, keys, run }: { id: string; label: string; keys: string; run: () => void }) {
  useShortcut({ id, keys, label, scope: "Go to", run });
  return null;
}

/** Beside the page; on a narrow screen a bar above it with a menu. */
function Bar({ sections, waiting }: { sections: readonly Entry[]; waiting: number }) {
  const section = useMatches({ select: (matches) => matches.at(-1)?.staticData.section });
  const tenant = useQuery(whoQuery(useApi())).data?.tenant.name;
  const [open, setOpen] = useState(false);
  const close = (): void => setOpen(false);
  return (
    <header className={styles.bar} data-open={open || undefined}>
      <Link className={styles.brand} to="/" onClick={close}>
        <span className={styles.mark} aria-hidden="true" />
        <span className={styles.names}>
          Parley
          {tenant === undefined ? null : <span className={styles.tenant}>{tenant}</span>}
        </span>
      </Link>
      <button type="button" className={styles.search} onClick={() => runShortcut("palette")}>
        <Search className="icon" aria-hidden="true" />
        <span className={styles.word}>Go to…</span>
        <Pressed shortcut="palette" />
      </button>
      <button
        type="button"
        className={styles.toggle}
        aria-expanded={open}
        aria-controls="pages"
        onClick={() => setOpen(!open)}
      >
        {open ? <X className="icon" aria-hidden="true" /> : <MenuIcon className="icon" aria-hidden="true" />}
        <span className="visually-hidden">Menu</span>
        {open ? null : <Badge waiting={waiting} />}
      </button>
      <div id="pages" className={styles.pages}>
        <nav aria-label="Pages">
          <ul>
            {sections.map(({ name, label, to, icon: SectionIcon }) => (
              <li key={name}>
                {/* Otherwise a parameter of this page would be carried along. */}
                <Link
                  to={to}
                  params={{ id: undefined, agent: undefined }}
                  current={name === section ? "page" : undefined}
                  onClick={close}
                >
                  <SectionIcon className="icon" aria-hidden="true" />
                  {label}
                  {name === "inbox" && <Badge waiting={waiting} />}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className={styles.foot}>
          <Person />
        </div>
      </div>
    </header>
  );
}

/** How many visitors wait for a person, beside the label. */
function Badge({ waiting }: { waiting: number }) {
  if (waiting === 0) return null;
  return (
    <span className={styles.badge}>
      {waiting > 99 ? "99+" : waiting}
      <span className="visually-hidden"> waiting</span>
    </span>
  );
}
