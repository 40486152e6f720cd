/** Every page has an address, so that reload, back and bookmarks work. */
export type Route =
  | { page: "overview" }
  | { page: "inbox"; id: string | null; show: string }
  | { page: "agents" }
  | { page: "agent"; agent: string }
  | { page: "import"; agent: string | null }
  | { page: "knowledge"; agent: string }
  | { page: "knowledge-document"; agent: string; id: string }
  | { page: "links"; agent: string | null }
  | { page: "new-link"; agent: string }
  | { page: "many-links"; agent: string }
  | { page: "link"; agent: string; id: string }
  | { page: "edit-link"; agent: string; id: string }
  | { page: "sessions"; status: string; agent: string; link: string; person?: string }
  | { page: "session"; id: string }
  | { page: "mail" }
  | { page: "webhooks" }
  | { page: "new-webhook" }
  | { page: "webhook"; id: string }
  | { page: "edit-webhook"; id: string }
  | { page: "credentials" }
  | { page: "users" }
  | { page: "unknown" };

export const ROOT = "/console";

/** Reads an address of this origin; what is not an address of the console is `unknown`. */
export function parseRoute(pathname: string, search: string): Route {
  const parts = partsOf(pathname);
  if (parts === null) return { page: "unknown" };
  const [section = "", name, action, ...rest] = parts;
  if (section === "links" && name !== undefined && action !== undefined) return linkRoute(name, [action, ...rest]);
  if (section === "settings") return settingsRoute(parts.slice(1));
  if (rest.length > 0) return { page: "unknown" };
  const given = new URLSearchParams(search);
  switch (section) {
    case "":
      return { page: "overview" };
    case "inbox":
      if (action !== undefined || (name !== undefined && !UUID.test(name))) return { page: "unknown" };
      return { page: "inbox", id: name ?? null, show: given.get("show") ?? "" };
    case "agents":
      if (action !== undefined) return { page: "unknown" };
      return name === undefined ? { page: "agents" } : { page: "agent", agent: name };
    case "import":
      return action === undefined ? { page: "import", agent: name ?? null } : { page: "unknown" };
    case "knowledge":
      return knowledgeRoute(name, action);
    case "links":
      return { page: "links", agent: name ?? null };
    case "sessions":
      if (action !== undefined) return { page: "unknown" };
      if (name !== undefined) return { page: "session", id: name };
      return {
        page: "sessions",
        status: given.get("status") ?? "",
        agent: given.get("agent") ?? "",
        link: given.get("link") ?? "",
        ...(given.get("person") ? { person: given.get("person") ?? "" } : {}),
      };
    case "mail":
      return name === undefined ? { page: "mail" } : { page: "unknown" };
    default:
      return { page: "unknown" };
  }
}

function knowledgeRoute(agent: string | undefined, id: string | undefined): Route {
  if (agent === undefined) return { page: "unknown" };
  if (id === undefined) return { page: "knowledge", agent };
  return UUID.test(id) ? { page: "knowledge-document", agent, id } : { page: "unknown" };
}

/** Ids of links are UUIDs, so that the words beside them cannot be mistaken for one. */
function linkRoute(agent: string, parts: string[]): Route {
  const [id = "", action, ...rest] = parts;
  if (rest.length > 0) return { page: "unknown" };
  if (action === undefined && id === "new") return { page: "new-link", agent };
  if (action === undefined && id === "many") return { page: "many-links", agent };
  if (!UUID.test(id)) return { page: "unknown" };
  if (action === "edit") return { page: "edit-link", agent, id };
  return action === undefined ? { page: "link", agent, id } : { page: "unknown" };
}
/** The settings begin with the webhooks. */
function settingsRoute([place = "webhooks", id, action, ...rest]: string[]): Route {
  if (rest.length > 0) return { page: "unknown" };
  if (place === "credentials" && id === undefined) return { page: "credentials" };
  if (place === "people" && id === undefined) return { page: "users" };
  if (place !== "webhooks") return { page: "unknown" };
  if (id === undefined) return { page: "webhooks" };
  if (id === "new" && action === undefined) return { page: "new-webhook" };
  if (!UUID.test(id)) return { page: "unknown" };
  if (action === "edit") return { page: "edit-webhook", id };
  return action === undefined ? { page: "webhook", id } : { page: "unknown" };
}
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function partsOf(pathname: string): string[] | null {
  if (pathname !== ROOT && !pathname.startsWith(`${ROOT}/`)) return null;
  try {
    return pathname
      .slice(ROOT.length)
      .split("/")
      .filter((part) => part !== "")
      .map(decodeURIComponent);
  } catch {
    return null;
  }
}

/** The address of a page. */
export function pathOf(route: Exclude<Route, { page: "unknown" }>): string {
  const at = (...parts: string[]): string => [ROOT, ...parts.map(encodeURIComponent)].join("/");
  switch (route.page) {
    case "overview":
      return ROOT;
    case "inbox": {
      const path = route.id === null ? at("inbox") : at("inbox", route.id);
      return route.show === "" ? path : `${path}?${new URLSearchParams({ show: route.show })}`;
    }
    case "agents":
      return at("agents");
    case "agent":
      return at("agents", route.agent);
    case "import":
      return route.agent === null ? at("import") : at("import", route.agent);
    case "knowledge":
      return at("knowledge", route.agent);
    case "knowledge-document":
      return at("knowledge", route.agent, route.id);
    case "links":
      return route.agent === null ? at("links") : at("links", route.agent);
    case "new-link":
      return at("links", route.agent, "new");
    case "many-links":
      return at("links", route.agent, "many");
    case "link":
      return at("links", route.agent, route.id);
    case "edit-link":
      return at("links", route.agent, route.id, "edit");
    case "mail":
      return at("mail");
    case "webhooks":
      return at("settings", "webhooks");
    case "new-webhook":
      return at("settings", "webhooks", "new");
    case "webhook":
      return at("settings", "webhooks", route.id);
    case "edit-webhook":
      return at("settings", "webhooks", route.id, "edit");
    case "credentials":
      return at("settings", "credentials");
    case "users":
      return at("settings", "people");
    case "session":
      return at("sessions", route.id);
    case "sessions": {
      const { status, agent, link, person = "" } = route;
      const query = new URLSearchParams(
        Object.entries({ status, agent, link, person }).filter(([, value]) => value !== ""),
      );
      return query.size === 0 ? at("sessions") : `${at("sessions")}?${query}`;
    }
  }
}
