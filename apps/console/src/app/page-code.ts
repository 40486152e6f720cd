import { onDemand } from "./on-demand.js";

/** The pages, each a file of its own: signing in and the first page need little of the rest. */
export const pageCode = {
  overview: onDemand(() => import("../overview/overview.js")),
  inbox: onDemand(() => import("../inbox/inbox.js")),
  agents: onDemand(() => import("../agents/agents.js")),
  agent: onDemand(() => import("../agents/agent.js")),
  import: onDemand(() => import("../agents/import.js")),
  knowledge: onDemand(() => import("../agents/knowledge.js")),
  knowledgeDocument: onDemand(() => import("../agents/knowledge-document.js")),
  links: onDemand(() => import("../links/links.js")),
  newLink: onDemand(() => import("../links/new-link.js")),
  manyLinks: onDemand(() => import("../links/many-links.js")),
  link: onDemand(() => import("../links/link.js")),
  editLink: onDemand(() => import("../links/edit-link.js")),
  mail: onDemand(() => import("../mail/mail.js")),
  webhooks: onDemand(() => import("../settings/webhooks.js")),
  newWebhook: onDemand(() => import("../settings/new-webhook.js")),
  webhook: onDemand(() => import("../settings/webhook.js")),
  editWebhook: onDemand(() => import("../settings/edit-webhook.js")),
  credentials: onDemand(() => import("../settings/credentials.js")),
  users: onDemand(() => import("../settings/users.js")),
  sessions: onDemand(() => import("../sessions/sessions.js")),
  session: onDemand(() => import("../sessions/session.js")),
} as const;
