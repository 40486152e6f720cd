import type { GatewayContext } from "../../context.js";

/** Where a link's page is. */
export const linkAddress = (config: Pick<GatewayContext["config"], "PUBLIC_URL">, token: string): string =>
  `${config.PUBLIC_URL}/public/chat/${token}`;
