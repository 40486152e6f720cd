import { CheckIcon } from "@parley/web-kit";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { announce, announcement } from "./announcement.js";
import { counts, inboxRefused, watchCounts } from "../inbox/inbox-count.js";
import { hasMailbox, lookForMailbox } from "../mail/mailbox.js";
import { session, signOut } from "./sign-in.js";
import type { Api } from "../api/api.js";
import { pathOf, type Route } from "./route.js";
import { useApi } from "../api/api-context.js";
import {
  AgentIcon,
  InboxIcon,
  LinkIcon,
  MailIcon,
  OverviewIcon,
  SessionIcon,
  SettingsIcon,
  SignOutIcon,
} from "../parts/icons.js";

type Section = "overview" | "inbox" | "agents" | "links" | "sessions" | "mail" | "settings";

const SECTIONS: readonly { name: Section; label: string; href: string; icon: () => ComponentChildren }[] = [
  { name: "overview", label: "Overview", href: pathOf({ page: "overview" }), icon: OverviewIcon },
  { name: "inbox", label: "Inbox", href: pathOf({ page: "inbox", id: null, show: "" }), icon: InboxIcon },
  { name: "agents", label: "Agents", href: pathOf({ page: "agents" }), icon: AgentIcon },
  { name: "links", label: "Links", href: pathOf({ page: "links", agent: null }), icon: LinkIcon },
  {
    name: "sessions",
    label: "Sessions",
    href: pathOf({ page: "sessions", status: "", agent: "", link: "" }),
    icon: SessionIcon,
  },
  { name: "mail", label: "Mail", href: pathOf({ page: "mail" }), icon: MailIcon },
  { name: "settings", label: "Settings", href: pathOf({ page: "webhooks" }), icon: SettingsIcon },
];

function sectionOf(route: Route): Section | null {
  switch (route.page) {
    case "overview":
      return "overview";
    case "inbox":
      return "inbox";
    case "agents":
    case "agent":
    case "import":
    case "knowledge":
    case "knowledge-document":
      return "agents";
    case "links":
    case "new-link":
    case "many-links":
    case "link":
    case "edit-link":
      return "links";
    case "mail":
      return "mail";
    case "webhooks":
    case "new-webhook":
    case "webhook":
    case "edit-webhook":
    case "credentials":
    case "users":
      return "settings";
    case "sessions":
    case "session":
      return "sessions";
    case "unknown":
      return null;
  }
}

/** What stands around every page: where one is, where one can go, the way out. */
export function Shell({ route, children }: { route: Route; children: ComponentChildren }) {
  const section = sectionOf(route);
  const api = useApi();
  useEffect(() => void lookForMailbox(api), [api]);
  useEffect(() => watchCounts(api), [api]);
  const hidden: Section[] = [
    ...(hasMailbox.value ? [] : ["mail" as const]),
    ...(inboxRefused.value ? ["inbox" as const] : []),
  ];
  const sections = SECTIONS.filter(({ name }) => !hidden.includes(name));
  return (
    <div class="shell">
      <a class="skip" href="#content">
        Skip to the page
      </a>
      <header class="bar">
        <a class="brand" href={pathOf({ page: "overview" })}>
          <span class="mark" aria-hidden="true" />
          Parley
        </a>
        <button type="button" class="button quiet small sign-out" onClick={() => void leave(api)}>
          <SignOutIcon /> Sign out
        </button>
        <nav aria-label="Pages">
          <ul class={["five", "six", "seven"][sections.length - 5]}>
            {sections.map(({ name, label, href, icon: SectionIcon }) => (
              <li key={name}>
                <a href={href} aria-current={name === section ? "page" : undefined}>
                  <SectionIcon />
                  {label}
                  {name === "inbox" && <Badge />}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <Announcement />
    </div>
  );
}

/** Signs out: a session ends on the server before this page forgets it. */
async function leave(api: Api): Promise<void> {
  const ended = session.value === "live" ? await api.endSignIn() : null;
  // The cookie is still there: whoever comes next to this browser would be signed in.
  if (ended !== null && ended.type !== "ok") return announce(`You are still signed in. ${ended.detail}`);
  signOut("chosen");
}

/** How many wait for a person, beside the word for it. */
function Badge() {
  const waiting = counts.value?.waiting ?? 0;
  if (waiting === 0) return null;
  return (
    <span class="badge">
      {waiting > 99 ? "99+" : waiting}
      <span class="visually-hidden"> waiting</span>
    </span>
  );
}

function Announcement() {
  const current = announcement.value;
  return (
    <div class="announcement" role="status">
      {current && (
        <p key={current.id}>
          <CheckIcon /> {current.text}
        </p>
      )}
    </div>
  );
}
