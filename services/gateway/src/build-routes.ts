import { collectOpenApi, type HttpApp, serveOpenApi } from "@parley/http";
import type { GatewayContext } from "./context.js";
import { registerChatApi } from "./routes/chat/register.js";
import { registerMcp } from "./routes/mcp/register.js";
import { registerOperations } from "./routes/operations/register.js";
import { registerOwnerApi } from "./routes/owner/register.js";
import { registerChatPage } from "./routes/pages/chat-page.js";
import { registerConsole } from "./routes/pages/console.js";
import { registerDocs } from "./routes/pages/docs.js";
import { registerLanding } from "./routes/pages/landing.js";
import { registerProviderEvents } from "./routes/pages/provider-events.js";
import { registerUnsubscribe } from "./routes/pages/unsubscribe.js";
import { registerWidget } from "./routes/pages/widget.js";
import { registerPublicApi } from "./routes/public/register.js";
import { registerVerification } from "./routes/public/verify-register.js";
import { registerSignIn } from "./routes/sign-in/register.js";
import { registerChannelOperators } from "./routes/widget/operators.js";
import { registerChannel } from "./routes/widget/register.js";
import { registerSockets } from "./routes/widget/socket.js";

/** Prefixes that reveal nothing about existence before their own guard has run. */
export const GUARDED_PREFIXES = ["/api/", "/api?", "/chat/"] as const;

/** Registers every surface on the server. Handlers are not called, so a document can be built without any connection. */
export async function buildRoutes(app: HttpApp, context: GatewayContext): Promise<void> {
  await collectOpenApi(app, {
    title: "Parley",
    version: "0.1.0",
    description: "Server-to-server text chat, public links, management. Errors are RFC 9457 problem documents.",
  });
  await app.register(async (scope: HttpApp) => registerChatApi(scope, context), { prefix: "/api/chat" });
  await app.register(async (scope: HttpApp) => registerPublicApi(scope, context), { prefix: "/api/public" });
  await app.register(async (scope: HttpApp) => registerVerification(scope, context), { prefix: "/api/public/verify" });
  await app.register(async (scope: HttpApp) => registerSignIn(scope, context), { prefix: "/api/sign-in" });
  await app.register(async (scope: HttpApp) => registerChannel(scope, context), { prefix: "/chat" });
  await app.register(async (scope: HttpApp) => registerSockets(scope, context));
  await app.register(async (scope: HttpApp) => registerChannelOperators(scope, context));
  await app.register(async (scope: HttpApp) => registerOwnerApi(scope, context), { prefix: "/api" });
  await registerMcp(app, context);
  registerOperations(app, context);
  registerLanding(app);
  await registerChatPage(app, context);
  await app.register(async (scope: HttpApp) => registerUnsubscribe(scope, context));
  await app.register(async (scope: HttpApp) => registerProviderEvents(scope, context));
  await registerConsole(app);
  await registerDocs(app);
  registerWidget(app, { link: () => context.widgetLink?.() ?? context.config.CHAT_WIDGET_LINK });
  serveOpenApi(app);
}
