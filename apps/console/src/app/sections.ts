import {
  Bot,
  CalendarClock,
  ChartLine,
  Inbox,
  LayoutDashboard,
  Link as LinkIcon,
  type LucideIcon,
  Mail,
  MessageSquare,
  Send,
  Settings2,
  ShieldCheck,
} from "lucide-react";
import type { Section } from "./section.js";

/** The pages of the navigation, in its order; `keys` lead there from everywhere. */
export const SECTIONS = [
  { name: "overview", label: "Overview", to: "/", icon: LayoutDashboard, keys: "g o" },
  { name: "inbox", label: "Inbox", to: "/inbox/{-$id}", icon: Inbox, keys: "g i" },
  { name: "sessions", label: "Sessions", to: "/sessions", icon: MessageSquare, keys: "g s" },
  { name: "agents", label: "Agents", to: "/agents", icon: Bot, keys: "g a" },
  { name: "links", label: "Links", to: "/links/{-$agent}", icon: LinkIcon, keys: "g l" },
  { name: "analytics", label: "Analytics", to: "/analytics", icon: ChartLine, keys: "g n" },
  { name: "schedules", label: "Schedules", to: "/schedules", icon: CalendarClock, keys: "g c" },
  { name: "deliveries", label: "Deliveries", to: "/deliveries", icon: Send, keys: "g d" },
  { name: "trust", label: "Trust", to: "/audit", icon: ShieldCheck, keys: "g u" },
  { name: "settings", label: "Settings", to: "/settings/webhooks", icon: Settings2, keys: "g t" },
  // Last, because it appears only once the mailbox is known to exist.
  { name: "mail", label: "Mail", to: "/mail", icon: Mail, keys: "g m" },
] as const satisfies { name: Section; label: string; to: string; icon: LucideIcon; keys: string }[];
