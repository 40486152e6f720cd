import { useQuery } from "@tanstack/react-query";
import { Outlet, useMatches, useNavigate } from "@tanstack/react-router";
import {
  Bot,
  CalendarClock,
  Check,
  Inbox,
  LayoutDashboard,
  Link as LinkIcon,
  LogOut,
  type LucideIcon,
  Mail,
  MessageSquare,
  Settings2,
  ShieldCheck,
} from "lucide-react";
import type { Api } from "../api/api.js";
import { useApi } from "../api/api-context.js";
import { countsQuery } from "../inbox/inbox-count.js";
import { KeysProvider } from "../keys/keys-provider.js";
import { mailboxQuery } from "../mail/mailbox.js";
import { Link } from "../parts/link.js";
import { announce, announcement } from "./announcement.js";
import type { Section } from "./section.js";
import { session, signOut } from "./sign-in.js";
import { useStore } from "./store.js";

const SECTIONS = [
  { name: "overview", label: "Overview", to: "/", icon: LayoutDashboard },
  { name: "inbox", label: "Inbox", to: "/inbox/{-$id}", icon: Inbox },
  { name: "agents", label: "Agents", to: "/agents", icon: Bot },
  { name: "links", label: "Links", to: "/links/{-$agent}", icon: LinkIcon },
  { name: "sessions", label: "Sessions", to: "/sessions", icon: MessageSquare },
  { name: "schedules", label: "Schedules", to: "/schedules", icon: CalendarClock },
  { name: "trust", label: "Trust", to: "/audit", icon: ShieldCheck },
  { name: "mail", label: "Mail", to: "/mail", icon: Mail },
  { name: "settings", label: "Settings", to: "/settings/webhooks", icon: Settings2 },
] as const satisfies { name: Section; label: string; to: string; icon: LucideIcon }[];

/** What stands around every page: where one is, where one can go, the way out. */
export function Shell() {
  const section = useMatches({ select: (matches) => matches.at(-1)?.staticData.section });
  const api = useApi();
  const counts = useQuery(countsQuery(api));
  const hasMailbox = useQuery(mailboxQuery(api)).isSuccess;
  const hidden: Section[] = [
    ...(hasMailbox ? [] : ["mail" as const]),
    ...(counts.error?.problem.status === 403 ? ["inbox" as const] : []),
  ];
  const sections = SECTIONS.filter(({ name }) => !hidden.includes(name));
  const navigate = useNavigate();
  const commands = sections.map(({ name, label, to, icon: SectionIcon }) => ({
    id: `go.${name}`,
    label,
    group: "Go to",
    icon: <SectionIcon />,
    run: () => void navigate({ to, params: { id: undefined, agent: undefined } }),
  }));
  return (
    <KeysProvider commands={commands}>
      <div className="shell">
        <a className="skip" href="#content">
          Skip to the page
        </a>
        <header className="bar">
          <Link className="brand" to="/">
            <span className="mark" aria-hidden="true" />
            Parley
          </Link>
          <button type="button" className="button quiet small sign-out" onClick={() => void leave(api)}>
            <LogOut className="icon" aria-hidden="true" /> Sign out
          </button>
          <nav aria-label="Pages">
            <ul className={["five", "six", "seven", "eight", "nine"][sections.length - 5]}>
              {sections.map(({ name, label, to, icon: SectionIcon }) => (
                <li key={name}>
                  {/* Else a parameter of this page would go along. */}
                  <Link
                    to={to}
                    params={{ id: undefined, agent: undefined }}
                    current={name === section ? "page" : undefined}
                  >
                    <SectionIcon className="icon" aria-hidden="true" />
                    {label}
                    {name === "inbox" && <Badge waiting={counts.data?.waiting ?? 0} />}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
        </header>
        <main id="content" tabIndex={-1}>
          <Outlet />
        </main>
        <Announcement />
      </div>
    </KeysProvider>
  );
}

/** Signs out: a session ends on the server before this page forgets it. */
async function leave(api: Api): Promise<void> {
  const ended = session.get() === "live" ? await api.endSignIn() : null;
  // The cookie is still there: whoever comes next to this browser would be signed in.
  if (ended !== null && ended.type !== "ok") return announce(`You are still signed in. ${ended.detail}`);
  signOut("chosen");
}

/** How many wait for a person, beside the word for it. */
function Badge({ waiting }: { waiting: number }) {
  if (waiting === 0) return null;
  return (
    <span className="badge">
      {waiting > 99 ? "99+" : waiting}
      <span className="visually-hidden"> waiting</span>
    </span>
  );
}

function Announcement() {
  const current = useStore(announcement);
  return (
    <div className="announcement" role="status">
      {current && (
        <p key={current.id}>
          <Check className="icon" aria-hidden="true" /> {current.text}
        </p>
      )}
    </div>
  );
}
