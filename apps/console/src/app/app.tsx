import { session, signInLink, signOutReason, token } from "./sign-in.js";
import type { Api } from "../api/api.js";
import { SignInPage } from "./sign-in-page.js";
import { UnknownPage } from "./unknown-page.js";
import { UseLinkPage } from "./use-link-page.js";
import { route } from "./navigation.js";
import { pathOf, type Route } from "./route.js";
import { ApiContext } from "../api/api-context.js";
import { OnDemand } from "./on-demand.js";
import { pageCode } from "./page-code.js";
import { Shell } from "./shell.js";

export function App({ api }: { api: Api }) {
  const shown = route.value;
  if (signInLink.value !== null) return <UseLinkPage word={signInLink.value} />;
  if (token.value === null && session.value === "asking") return <main class="sign-in" />;
  if (token.value === null && session.value === "none") return <SignInPage api={api} reason={signOutReason.value} />;
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
  const keeps: Route["page"][] = ["unknown", "inbox", "sessions", "links"];
  if (shown.page === "unknown" || keeps.includes(shown.page)) return shown.page;
  return pathOf(shown);
}

function Page({ route: shown }: { route: Route }) {
  switch (shown.page) {
    case "overview":
      return <OnDemand code={pageCode.overview}>{({ OverviewPage }) => <OverviewPage />}</OnDemand>;
    case "inbox":
      return (
        <OnDemand code={pageCode.inbox}>{({ InboxPage }) => <InboxPage id={shown.id} show={shown.show} />}</OnDemand>
      );
    case "agents":
      return <OnDemand code={pageCode.agents}>{({ AgentsPage }) => <AgentsPage />}</OnDemand>;
    case "agent":
      return <OnDemand code={pageCode.agent}>{({ AgentPage }) => <AgentPage agent={shown.agent} />}</OnDemand>;
    case "import":
      return <OnDemand code={pageCode.import}>{({ ImportPage }) => <ImportPage agent={shown.agent} />}</OnDemand>;
    case "knowledge":
      return (
        <OnDemand code={pageCode.knowledge}>{({ KnowledgePage }) => <KnowledgePage agent={shown.agent} />}</OnDemand>
      );
    case "knowledge-document":
      return (
        <OnDemand code={pageCode.knowledgeDocument}>
          {({ KnowledgeDocumentPage }) => <KnowledgeDocumentPage agent={shown.agent} id={shown.id} />}
        </OnDemand>
      );
    case "links":
      return <OnDemand code={pageCode.links}>{({ LinksPage }) => <LinksPage agent={shown.agent} />}</OnDemand>;
    case "new-link":
      return <OnDemand code={pageCode.newLink}>{({ NewLinkPage }) => <NewLinkPage agent={shown.agent} />}</OnDemand>;
    case "many-links":
      return (
        <OnDemand code={pageCode.manyLinks}>{({ ManyLinksPage }) => <ManyLinksPage agent={shown.agent} />}</OnDemand>
      );
    case "link":
      return (
        <OnDemand code={pageCode.link}>{({ LinkPage }) => <LinkPage agent={shown.agent} id={shown.id} />}</OnDemand>
      );
    case "edit-link":
      return (
        <OnDemand code={pageCode.editLink}>
          {({ EditLinkPage }) => <EditLinkPage agent={shown.agent} id={shown.id} />}
        </OnDemand>
      );
    case "mail":
      return <OnDemand code={pageCode.mail}>{({ MailPage }) => <MailPage />}</OnDemand>;
    case "webhooks":
      return <OnDemand code={pageCode.webhooks}>{({ WebhooksPage }) => <WebhooksPage />}</OnDemand>;
    case "new-webhook":
      return <OnDemand code={pageCode.newWebhook}>{({ NewWebhookPage }) => <NewWebhookPage />}</OnDemand>;
    case "webhook":
      return <OnDemand code={pageCode.webhook}>{({ WebhookPage }) => <WebhookPage id={shown.id} />}</OnDemand>;
    case "edit-webhook":
      return (
        <OnDemand code={pageCode.editWebhook}>{({ EditWebhookPage }) => <EditWebhookPage id={shown.id} />}</OnDemand>
      );
    case "credentials":
      return <OnDemand code={pageCode.credentials}>{({ CredentialsPage }) => <CredentialsPage />}</OnDemand>;
    case "users":
      return <OnDemand code={pageCode.users}>{({ UsersPage }) => <UsersPage />}</OnDemand>;
    case "sessions":
      return <OnDemand code={pageCode.sessions}>{({ SessionsPage }) => <SessionsPage filter={shown} />}</OnDemand>;
    case "session":
      return <OnDemand code={pageCode.session}>{({ SessionPage }) => <SessionPage id={shown.id} />}</OnDemand>;
    case "unknown":
      return <UnknownPage />;
  }
}
