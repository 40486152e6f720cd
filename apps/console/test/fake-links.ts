import type { FakeApi, Handler } from "./fake-contract.js";
import { analyticsRow, identityRow, LINK_ID, type Row } from "./rows.js";

const QR =
  '<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512" viewBox="0 0 10 10"><path fill="#fff" d="M0 0h10v10H0z"/><path fill="#000" d="M2 2h3v3h-3zM6 6h2v2h-2z"/></svg>';

/** What the management API answers around links: addresses, numbers, templates, access, mails. */
export function linkRoutesOf(api: FakeApi): Record<string, Handler> {
  const missing: [number, unknown] = [404, { code: "not_found", detail: "No such object." }];
  const page = (data: Row[]): [number, unknown] => [200, { data, next_cursor: null }];
  return {
    "GET /agents/:/public-links/:/embed": () => {
      const url = `${api.url}/public/chat/pl_kept_secret`;
      const sites = [api.links[0]?.allowed_domains ?? []].flat();
      const widget = `<script src="${api.url}/widget.js" data-link="pl_kept_secret" async></script>`;
      const iframe = `<iframe src="${url}" width="400" height="600"></iframe>`;
      const snippets = sites.length > 0 ? { widget, iframe } : { widget: null, iframe: null };
      return [200, { url, ...snippets, allowed_domains: sites }];
    },
    "GET /agents/:/public-links/:/qr.svg": () => [200, QR],
    "GET /agents/:/public-links/:/analytics": ({ query }) => [
      200,
      analyticsRow(Number(query.get("days")), api.analytics),
    ],
    "GET /agents/:/public-links/:/sessions": ({ query }) => page(api.sessions.slice(0, Number(query.get("limit")))),
    "POST /agents/:/public-links/:": ({ body }) => [200, { results: bulkResults(api, body) }],
    "GET /agents/:/public-links/:/identity": () => [200, api.identity],
    "PUT /agents/:/public-links/:/identity": ({ body }) => [200, Object.assign(api.identity, body)],
    "POST /agents/:/public-links/:/identity/:": () => {
      const now = new Date().toISOString();
      const previous = api.identity.secret_set ? now : null;
      Object.assign(api.identity, {
        ...{ secret_set: true, secret_created_at: now, previous_secret_valid_until: previous },
      });
      return [201, { secret: "his_only_once", audience: LINK_ID, previous_secret_valid_until: previous }];
    },
    "DELETE /agents/:/public-links/:/identity": () => {
      api.identity = identityRow();
      return [200, { deleted: true }];
    },
    "GET /link-templates": () => page(api.templates),
    "POST /link-templates": ({ body }) => {
      const now = new Date().toISOString();
      const made = {
        ...{ ...body, id: `own-${api.templates.length}`, built_in: false },
        ...{ created_by: "owner", created_at: now, updated_at: now },
      };
      api.templates.push(made);
      return [201, made];
    },
    "DELETE /link-templates/:": ({ parts }) => {
      api.templates = api.templates.filter(({ id }) => id !== parts[0]);
      return [200, { deleted: true }];
    },
    "GET /agents/:/access-policy": () => [200, api.policy],
    "PUT /agents/:/access-policy": ({ body }) => {
      Object.assign(api.policy, body);
      return [200, api.policy];
    },
    "GET /agents/:/people": () => [200, api.people],
    "PUT /agents/:/people": ({ body }) => [200, Object.assign(api.people, body)],
    "GET /agents/:/access-requests": ({ query }) => {
      const status = query.get("status");
      return page(api.requests.filter((request) => status === null || request.status === status));
    },
    "POST /agents/:/access-requests/:/approve": ({ parts }) => decided(api, parts[1], "approved"),
    "POST /agents/:/access-requests/:/deny": ({ parts }) => decided(api, parts[1], "denied"),
    "GET /dev/:": () => (api.mails === null ? missing : [200, { data: api.mails }]),
  };
}

function decided(api: FakeApi, id: string | undefined, status: string): [number, unknown] {
  const request = api.requests.find((row) => row.id === id);
  if (!request) return [404, {}];
  Object.assign(request, { status, decided_at: new Date().toISOString() });
  return [200, request];
}

/** Makes one link per recipient; somebody called Nobody is refused. */
function bulkResults(api: FakeApi, { recipients, deactivate }: Row): Row[] {
  if (Array.isArray(deactivate)) {
    for (const link of api.links)
      if (deactivate.includes(link.id)) Object.assign(link, { is_active: false, status: "inactive" });
    return deactivate.map((id, index) => ({ index, action: "deactivate", status: "deactivated", id }));
  }
  const people = Array.isArray(recipients) ? recipients : [];
  return people.map((person: Row, index) => {
    if (person.name === "Nobody") {
      const errors = [{ pointer: "/recipient/name", rule: "x", message: "is nobody" }];
      const error = { code: "validation_failed", message: "Some fields are wrong.", errors };
      return { index, action: "create", status: "error", error };
    }
    const url = `${api.url}/public/chat/pl_person_${index}`;
    return { index, action: "create", status: "created", id: `0198a000-0000-7000-8000-00000000b00${index}`, url };
  });
}
