import type { GatewayContext } from "../../context.js";

/** Address of a link's page. */
export const linkAddress = (config: Pick<GatewayContext["config"], "PUBLIC_URL">, token: string): string =>
  `${config.PUBLIC_URL}/public/chat/${token}`;
