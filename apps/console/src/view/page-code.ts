import { onDemand } from "./on-demand.js";

/** The pages, each a file of its own: signing in and the first page need little of the rest. */
export const pageCode = {
  overview: onDemand(() => import("../pages/overview.js")),
  inbox: onDemand(() => import("../pages/inbox.js")),
  agents: onDemand(() => import("../pages/agents.js")),
  agent: onDemand(() => import("../pages/agent.js")),
  import: onDemand(() => import("../pages/import.js")),
  knowledge: onDemand(() => import("../pages/knowledge.js")),
  knowledgeDocument: onDemand(() => import("../pages/knowledge-document.js")),
  links: onDemand(() => import("../pages/links.js")),
  newLink: onDemand(() => import("../pages/new-link.js")),
  manyLinks: onDemand(() => import("../pages/many-links.js")),
  link: onDemand(() => import("../pages/link.js")),
  editLink: onDemand(() => import("../pages/edit-link.js")),
  mail: onDemand(() => import("../pages/mail.js")),
  webhooks: onDemand(() => import("../pages/webhooks.js")),
  newWebhook: onDemand(() => import("../pages/new-webhook.js")),
  webhook: onDemand(() => import("../pages/webhook.js")),
  editWebhook: onDemand(() => import("../pages/edit-webhook.js")),
  credentials: onDemand(() => import("../pages/credentials.js")),
  users: onDemand(() => import("../pages/users.js")),
  sessions: onDemand(() => import("../pages/sessions.js")),
  session: onDemand(() => import("../pages/session.js")),
} as const;
