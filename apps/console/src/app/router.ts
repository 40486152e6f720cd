import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { ANALYTICS_WORDS, idOrNotFound, SESSION_WORDS } from "./addresses.js";
import { lazyPage } from "./lazy-page.js";
import { parseSearch, stringifySearch, wordsOf } from "./search.js";
import type { Section } from "./section.js";
import { Shell } from "./shell.js";

declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    section?: Section;
  }
  interface Register {
    router: typeof router;
  }
}

/** Filters change what a page shows, not which page it is: it keeps its focus and scroll position. */
const stays = () => "stays";

const UnknownPage = lazyPage(() => import("./unknown-page.js"), "UnknownPage");

const root = createRootRoute({ component: Shell, notFoundComponent: UnknownPage });
const getParentRoute = () => root;

const agents = { staticData: { section: "agents" }, getParentRoute } as const;
const links = { staticData: { section: "links" }, getParentRoute } as const;
const trust = { staticData: { section: "trust" }, getParentRoute, remountDeps: stays } as const;
const deliveries = { staticData: { section: "deliveries" }, getParentRoute, remountDeps: stays } as const;
const settings = { staticData: { section: "settings" }, getParentRoute } as const;

const toWebhooks = () => redirect({ to: "/settings/webhooks", throw: true });
const webhooksPage = lazyPage(() => import("../settings/webhooks.js"), "WebhooksPage");

const routeTree = root.addChildren([
  createRoute({
    getParentRoute,
    path: "/",
    staticData: { section: "overview" },
    component: lazyPage(() => import("../overview/overview.js"), "OverviewPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/inbox/{-$id}",
    staticData: { section: "inbox" },
    validateSearch: (search: Record<string, unknown>) => wordsOf(search, ["show"]),
    beforeLoad: idOrNotFound,
    remountDeps: stays,
    component: lazyPage(() => import("../inbox/inbox.js"), "InboxPage"),
  }),
  createRoute({
    ...agents,
    path: "/agents",
    component: lazyPage(() => import("../agents/agents.js"), "AgentsPage"),
  }),
  createRoute({
    ...agents,
    path: "/agents/$agent",
    component: lazyPage(() => import("../agents/draft-tabs.js"), "PromptTab"),
  }),
  createRoute({
    ...agents,
    path: "/agents/$agent/document",
    component: lazyPage(() => import("../agents/draft-tabs.js"), "DocumentTab"),
  }),
  createRoute({
    ...agents,
    path: "/agents/$agent/flow",
    validateSearch: (search: Record<string, unknown>) => wordsOf(search, ["node"]),
    remountDeps: stays,
    component: lazyPage(() => import("../agents/flow/flow-tab.js"), "FlowTab"),
  }),
  createRoute({
    ...agents,
    path: "/agents/$agent/tests",
    component: lazyPage(() => import("../agents/agent-tabs.js"), "TestsTab"),
  }),
  createRoute({
    ...agents,
    path: "/agents/$agent/review",
    validateSearch: (search: Record<string, unknown>) => wordsOf(search, ["review", "sort", "peek"]),
    remountDeps: stays,
    component: lazyPage(() => import("../agents/review-tab.js"), "ReviewTab"),
  }),
  createRoute({
    ...agents,
    path: "/agents/$agent/versions",
    component: lazyPage(() => import("../agents/agent-tabs.js"), "VersionsTab"),
  }),
  createRoute({
    ...agents,
    path: "/agents/$agent/access",
    component: lazyPage(() => import("../agents/agent-tabs.js"), "AccessTab"),
  }),
  createRoute({
    ...agents,
    path: "/agents/$agent/secrets",
    component: lazyPage(() => import("../agents/agent-tabs.js"), "SecretsTab"),
  }),
  createRoute({
    ...agents,
    path: "/agents/$agent/settings",
    component: lazyPage(() => import("../agents/agent-tabs.js"), "SettingsTab"),
  }),
  createRoute({
    ...agents,
    path: "/import/{-$agent}",
    component: lazyPage(() => import("../agents/import.js"), "ImportPage"),
  }),
  createRoute({
    ...agents,
    path: "/knowledge/$agent",
    component: lazyPage(() => import("../agents/knowledge.js"), "KnowledgePage"),
  }),
  createRoute({
    ...agents,
    path: "/knowledge/$agent/$id",
    beforeLoad: idOrNotFound,
    component: lazyPage(() => import("../agents/knowledge-document.js"), "KnowledgeDocumentPage"),
  }),
  createRoute({
    ...links,
    path: "/links/{-$agent}",
    remountDeps: stays,
    component: lazyPage(() => import("../links/links.js"), "LinksPage"),
  }),
  createRoute({
    ...links,
    path: "/links/$agent/new",
    validateSearch: (search: Record<string, unknown>) => wordsOf(search, ["session"]),
    component: lazyPage(() => import("../links/new-link.js"), "NewLinkPage"),
  }),
  createRoute({
    ...links,
    path: "/links/$agent/many",
    component: lazyPage(() => import("../links/many-links.js"), "ManyLinksPage"),
  }),
  createRoute({
    ...links,
    path: "/links/$agent/$id",
    beforeLoad: idOrNotFound,
    component: lazyPage(() => import("../links/link.js"), "LinkPage"),
  }),
  createRoute({
    ...links,
    path: "/links/$agent/$id/edit",
    beforeLoad: idOrNotFound,
    component: lazyPage(() => import("../links/edit-link.js"), "EditLinkPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/sessions",
    staticData: { section: "sessions" },
    validateSearch: (search: Record<string, unknown>) => wordsOf(search, SESSION_WORDS),
    remountDeps: stays,
    component: lazyPage(() => import("../sessions/sessions.js"), "SessionsPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/sessions/$id",
    staticData: { section: "sessions" },
    component: lazyPage(() => import("../sessions/session.js"), "SessionPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/sessions/$id/replay",
    staticData: { section: "sessions" },
    validateSearch: (search: Record<string, unknown>) => wordsOf(search, ["against"]),
    remountDeps: stays,
    component: lazyPage(() => import("../sessions/session-replay.js"), "SessionReplayPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/sessions/$id/flow",
    staticData: { section: "sessions" },
    component: lazyPage(() => import("../sessions/session-flow.js"), "SessionFlowPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/analytics",
    staticData: { section: "analytics" },
    validateSearch: (search: Record<string, unknown>) => wordsOf(search, ANALYTICS_WORDS),
    remountDeps: stays,
    component: lazyPage(() => import("../analytics/analytics.js"), "AnalyticsPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/mail",
    staticData: { section: "mail" },
    component: lazyPage(() => import("../mail/mail.js"), "MailPage"),
  }),
  createRoute({
    getParentRoute,
    path: "/schedules",
    staticData: { section: "schedules" },
    remountDeps: stays,
    component: lazyPage(() => import("../schedules/schedules.js"), "SchedulesPage"),
  }),
  createRoute({
    ...deliveries,
    path: "/deliveries",
    component: lazyPage(() => import("../deliveries/deliveries.js"), "LinkDeliveriesPage"),
  }),
  createRoute({
    ...deliveries,
    path: "/deliveries/webhooks",
    validateSearch: (search: Record<string, unknown>) => wordsOf(search, ["status", "type", "webhook_id", "peek"]),
    component: lazyPage(() => import("../deliveries/deliveries.js"), "WebhookDeliveriesPage"),
  }),
  createRoute({
    ...trust,
    path: "/audit",
    component: lazyPage(() => import("../audit/audit.js"), "AuditPage"),
  }),
  createRoute({
    ...trust,
    path: "/privacy",
    component: lazyPage(() => import("../privacy/privacy.js"), "PrivacyPage"),
  }),
  createRoute({
    ...trust,
    path: "/memory/{-$agent}",
    component: lazyPage(() => import("../memory/memory.js"), "MemoryPage"),
  }),
  createRoute({ ...settings, path: "/settings", beforeLoad: toWebhooks }),
  createRoute({ ...settings, path: "/settings/webhooks", component: webhooksPage }),
  createRoute({
    ...settings,
    path: "/settings/webhooks/new",
    component: lazyPage(() => import("../settings/new-webhook.js"), "NewWebhookPage"),
  }),
  createRoute({
    ...settings,
    path: "/settings/webhooks/$id",
    beforeLoad: idOrNotFound,
    component: lazyPage(() => import("../settings/webhook.js"), "WebhookPage"),
  }),
  createRoute({
    ...settings,
    path: "/settings/webhooks/$id/edit",
    beforeLoad: idOrNotFound,
    component: lazyPage(() => import("../settings/edit-webhook.js"), "EditWebhookPage"),
  }),
  createRoute({
    ...settings,
    path: "/settings/credentials",
    component: lazyPage(() => import("../settings/credentials.js"), "CredentialsPage"),
  }),
  createRoute({
    ...settings,
    path: "/settings/alerts",
    remountDeps: stays,
    component: lazyPage(() => import("../alerts/alerts.js"), "AlertsPage"),
  }),
  createRoute({
    ...settings,
    path: "/settings/do-not-contact",
    remountDeps: stays,
    component: lazyPage(() => import("../sending/suppressions.js"), "SuppressionsPage"),
  }),
  createRoute({
    ...settings,
    path: "/settings/dead-letters",
    remountDeps: stays,
    component: lazyPage(() => import("../dead-letters/dead-letters.js"), "DeadLettersPage"),
  }),
  createRoute({
    ...settings,
    path: "/settings/replies",
    remountDeps: stays,
    component: lazyPage(() => import("../settings/saved-replies.js"), "SavedRepliesPage"),
  }),
  createRoute({
    ...settings,
    path: "/settings/messages",
    remountDeps: stays,
    component: lazyPage(() => import("../settings/message-templates.js"), "MessageTemplatesPage"),
  }),
  createRoute({
    ...settings,
    path: "/settings/installation",
    component: lazyPage(() => import("../settings/installation.js"), "InstallationPage"),
  }),
  createRoute({
    ...settings,
    path: "/settings/people",
    component: lazyPage(() => import("../settings/users.js"), "UsersPage"),
  }),
]);

/** Every page has an address, so that reload, back and bookmarks work. */
export const router = createRouter({
  routeTree,
  basepath: "/console",
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  // Other parameters make another page: it starts at its heading, with empty fields.
  defaultRemountDeps: ({ params }) => params,
  defaultNotFoundComponent: UnknownPage,
});
