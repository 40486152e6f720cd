import { signOutReason, token } from "../data/sign-in.js";
import type { Api } from "../net/api.js";
import { AgentPage } from "../pages/agent.js";
import { AgentsPage } from "../pages/agents.js";
import { CredentialsPage } from "../pages/credentials.js";
import { EditLinkPage } from "../pages/edit-link.js";
import { EditWebhookPage } from "../pages/edit-webhook.js";
import { ImportPage } from "../pages/import.js";
import { KnowledgePage } from "../pages/knowledge.js";
import { KnowledgeDocumentPage } from "../pages/knowledge-document.js";
import { LinkPage } from "../pages/link.js";
import { LinksPage } from "../pages/links.js";
import { MailPage } from "../pages/mail.js";
import { ManyLinksPage } from "../pages/many-links.js";
import { NewLinkPage } from "../pages/new-link.js";
import { NewWebhookPage } from "../pages/new-webhook.js";
import { OverviewPage } from "../pages/overview.js";
import { SessionPage } from "../pages/session.js";
import { SessionsPage } from "../pages/sessions.js";
import { SignInPage } from "../pages/sign-in.js";
import { UnknownPage } from "../pages/unknown.js";
import { WebhookPage } from "../pages/webhook.js";
import { WebhooksPage } from "../pages/webhooks.js";
import { route } from "../routing/navigation.js";
import { pathOf, type Route } from "../routing/route.js";
import { ApiContext } from "./api-context.js";
import { Shell } from "./shell.js";

export function App({ api }: { api: Api }) {
  const shown = route.value;
  if (token.value === null) return <SignInPage reason={signOutReason.value} />;
  return (
    <ApiContext.Provider value={api}>
      <Shell route={shown}>
        <Page key={keyOf(shown)} route={shown} />
      </Shell>
    </ApiContext.Provider>
  );
}

/** Filters change what a page shows, not which page it is: it keeps its focus and its place. */
function keyOf(shown: Route): string {
  if (shown.page === "unknown" || shown.page === "sessions" || shown.page === "links") return shown.page;
  return pathOf(shown);
}

function Page({ route: shown }: { route: Route }) {
  switch (shown.page) {
    case "overview":
      return <OverviewPage />;
    case "agents":
      return <AgentsPage />;
    case "agent":
      return <AgentPage agent={shown.agent} />;
    case "import":
      return <ImportPage agent={shown.agent} />;
    case "knowledge":
      return <KnowledgePage agent={shown.agent} />;
    case "knowledge-document":
      return <KnowledgeDocumentPage agent={shown.agent} id={shown.id} />;
    case "links":
      return <LinksPage agent={shown.agent} />;
    case "new-link":
      return <NewLinkPage agent={shown.agent} />;
    case "many-links":
      return <ManyLinksPage agent={shown.agent} />;
    case "link":
      return <LinkPage agent={shown.agent} id={shown.id} />;
    case "edit-link":
      return <EditLinkPage agent={shown.agent} id={shown.id} />;
    case "mail":
      return <MailPage />;
    case "webhooks":
      return <WebhooksPage />;
    case "new-webhook":
      return <NewWebhookPage />;
    case "webhook":
      return <WebhookPage id={shown.id} />;
    case "edit-webhook":
      return <EditWebhookPage id={shown.id} />;
    case "credentials":
      return <CredentialsPage />;
    case "sessions":
      return <SessionsPage filter={shown} />;
    case "session":
      return <SessionPage id={shown.id} />;
    case "unknown":
      return <UnknownPage />;
  }
}
