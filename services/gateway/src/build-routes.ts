import { collectOpenApi, type HttpApp, serveOpenApi } from "@parley/http";
import { registerChatApi } from "./chat-api/register.js";
import type { GatewayContext } from "./deps.js";
import { registerOperations } from "./operations/register.js";
import { registerOwnerApi } from "./owner-api/register.js";
import { registerChatPage } from "./pages/chat-page.js";
import { registerConsole } from "./pages/console.js";
import { registerLanding } from "./pages/landing.js";
import { registerAddressLimit } from "./public-api/address-limit.js";
import { registerPublicApi } from "./public-api/register.js";
import { registerVerification } from "./public-api/verify-register.js";

/** Prefixes that answer nothing about existence before their own guard has spoken. */
export const GUARDED_PREFIXES = ["/api/", "/api?"] as const;

/** Puts every surface on the server. Handlers are not called, so a document can be made without any connection. */
export async function buildRoutes(app: HttpApp, context: GatewayContext): Promise<void> {
  await collectOpenApi(app, {
    title: "Parley",
    version: "0.1.0",
    description: "Server-to-server text chat, public links, management. Errors are RFC 9457 problem documents.",
  });
  await registerAddressLimit(app, context);
  await app.register(async (scope: HttpApp) => registerChatApi(scope, context), { prefix: "/api/chat" });
  await app.register(async (scope: HttpApp) => registerPublicApi(scope, context), { prefix: "/api/public" });
  await app.register(async (scope: HttpApp) => registerVerification(scope, context), { prefix: "/api/public/verify" });
  await app.register(async (scope: HttpApp) => registerOwnerApi(scope, context), { prefix: "/api" });
  registerOperations(app, context);
  registerLanding(app);
  await registerChatPage(app, context);
  await registerConsole(app);
  await serveOpenApi(app);
}
