import type { DemoSeed } from "@parley/links-service";
import { formatTable, type Row } from "@parley/local-servers";

export interface Started {
  url: string;
  seed: DemoSeed;
  /** Signs in to the console once, within minutes. */
  signInUrl: string | null;
  apiKey: string;
  modelName: string;
  table: Row[];
  dataDir: string;
  seconds: number;
}

/** The one line for scripts (architecture.md, section 8). */
export function jsonLine({ url, seed, signInUrl, apiKey }: Started): string {
  return JSON.stringify({
    url,
    console_url: `${url}/console`,
    console_sign_in_url: signInUrl,
    tenant_id: seed.tenantId,
    api_key: apiKey,
    admin_token: seed.adminToken,
    agents: seed.agents.map(({ id, name, version }) => ({ id, name, version })),
    links: seed.links.map(({ agent, token }) => ({ agent, url: `${url}/public/chat/${token}`, token })),
  });
}

/** What a person sees: where to click first, then everything else. */
export function announcement(started: Started): string {
  const { url, seed, signInUrl, apiKey } = started;
  const agent = seed.agents[0];
  const body = agent ? JSON.stringify({ tenant_id: seed.tenantId, agent_id: agent.id }) : "{}";
  return `
Parley is ready (${started.seconds.toFixed(1)} s). The model is ${started.modelName}.

  Talk to the demo agents, no sign-in:
${seed.links.map((link) => `    ${link.agent.padEnd(12)} ${url}/public/chat/${link.token}`).join("\n")}

  Console       ${url}/console${signInUrl === null ? "" : signInLines(signInUrl)}
  Chat widget   ${url}/static/demo.html
  API           ${url}/docs   (OpenAPI: ${url}/openapi.json)
  API key       ${apiKey}
  Admin token   ${seed.adminToken}
  Tenant        ${seed.tenantId}
  Agents        ${seed.agents.map(({ name, id }) => `${name} ${id}`).join("\n                ")}

  A signed call that starts a conversation:

    KEY='${apiKey}'; BODY='${body}'; T=$(date +%s)
    HASH=$(printf %s "$BODY" | openssl dgst -sha256 -r | cut -d' ' -f1)
    SIG=$(printf %s "\${T}POST/api/chat/sessions$HASH" | openssl dgst -sha256 -hmac "$KEY" -r | cut -d' ' -f1)
    curl -s ${url}/api/chat/sessions -H 'Content-Type: application/json' -H "X-Timestamp: $T" -H "X-Signature: $SIG" -d "$BODY"

${formatTable(started.table)}
  Data stays in ${started.dataDir}; npm start -- --reset forgets it. Ctrl-C stops.
`;
}

const signInLines = (address: string): string => `
  Sign in       ${address}
                works once, for 15 minutes; npm start prints another`;
