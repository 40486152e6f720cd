/** The entry of the navigation that a page belongs to. */
export type Section =
  | "overview"
  | "inbox"
  | "sessions"
  | "agents"
  | "links"
  | "analytics"
  | "schedules"
  | "deliveries"
  | "trust"
  | "settings"
  | "mail";
