import { randomUUID } from "node:crypto";
import type { Bus } from "@parley/bus";
import {
  AppError,
  activateVersion,
  claimSignature,
  createAgent,
  createKey,
  createLink,
  createTenant,
  createToken,
  deleteKey,
  deleteLink,
  deleteToken,
  getAgent,
  getLink,
  getVersion,
  importAgent,
  type LinkPolicy,
  listAgents,
  listLinks,
  listVersions,
  type Principal,
  publishDraft,
  recordAct,
  resolveKey,
  resolveLink,
  rotateKey,
  saveDraft,
  updateLink,
  validateAgent,
  verifyToken,
} from "@parley/contracts";
import { createSecrets } from "@parley/secrets";

import { linkOf } from "./fake-records.js";

export const TENANT = "6bc1814c-5705-4b6e-af99-104b91962282";
export const AGENT = "a1b2c3d4-e5f6-4890-abcd-ef1234567890";
const now = "2026-11-21T08:00:00.000Z";
const secrets = createSecrets("test-only-master-key-test-only-master-key");

/** The links service and the agents of the runner as the gateway meets them: records what it was asked. */
export class FakeOwners {
  readonly tokens = new Map<string, Principal>();
  readonly keys = new Map<
    string,
    { secret: string; principal: Principal; scopes?: string[]; requireNonce?: boolean }
  >();
  /** Signatures that were claimed, as the database keeps them. */
  signatures = new Set<string>();
  readonly links = new Map<string, { secret: string; policy: LinkPolicy; state: "ok" | "expired" | "unavailable" }>();
  readonly asked: { call: string; input: unknown }[] = [];

  constructor(bus: Bus) {
    const told =
      <I, O>(call: string, answer: (input: I) => O) =>
      async (input: I): Promise<O> => {
        this.asked.push({ call, input });
        return answer(input);
      };
    const agent = {
      id: AGENT,
      tenant_id: TENANT,
      name: "Clinic",
      slug: "clinic",
      description: null,
      active_version: 1,
      created_at: now,
      updated_at: now,
    };
    const version = { version: 1, content_hash: "abc", notes: null, active: true, created_at: now };
    const link = linkOf(randomUUID(), agent.id);
    const key = { id: randomUUID(), keyId: "key_1", secret: "key-secret" };
    // Readings are written to the audit before they are carried out; what it says is the business of its own tests.
    bus.serve(recordAct, async () => ({}));
    bus.serve(
      verifyToken,
      told("verifyToken", ({ token }) => ({ principal: this.tokens.get(token) ?? null })),
    );
    bus.serve(
      resolveKey,
      told("resolveKey", ({ keyId }) => ({ key: this.keys.get(keyId) ?? null })),
    );
    bus.serve(
      claimSignature,
      told("claimSignature", ({ signature }) => {
        const first = !this.signatures.has(signature);
        this.signatures.add(signature);
        return { first };
      }),
    );
    bus.serve(
      resolveLink,
      told("resolveLink", ({ id, secret }) => {
        const found = this.links.get(id);
        if (found === undefined || found.secret !== secret) return { status: "unavailable" as const };
        if (found.state === "ok") return { status: "ok" as const, policy: found.policy };
        if (found.state === "expired") return { status: "expired" as const, friendly: found.policy.friendlyErrors };
        return { status: "unavailable" as const };
      }),
    );
    bus.serve(
      createAgent,
      told("createAgent", ({ name }) => ({ agent: { ...agent, name } })),
    );
    bus.serve(
      listAgents,
      told("listAgents", () => ({ data: [agent], nextCursor: "next" })),
    );
    bus.serve(
      getAgent,
      told("getAgent", (input) => {
        if (input.agent !== "clinic" && input.agent !== AGENT) throw new AppError("agent_not_found");
        return { agent };
      }),
    );
    bus.serve(
      importAgent,
      told("importAgent", ({ document, dryRun, activate }) => {
        if (document === "broken") {
          const errors = [{ pointer: "/workflow", rule: "required", message: "is missing" }];
          throw new AppError("invalid_document", { errors });
        }
        return {
          status: dryRun ? ("validated" as const) : ("updated" as const),
          agent_id: AGENT,
          version: 2,
          active: activate,
          issues: [],
        };
      }),
    );
    bus.serve(
      validateAgent,
      told("validateAgent", () => ({ valid: true, issues: [] })),
    );
    bus.serve(
      listVersions,
      told("listVersions", () => ({ data: [version], nextCursor: null })),
    );
    bus.serve(
      getVersion,
      told("getVersion", () => ({ version, document: { agent: { name: "Clinic" } } })),
    );
    const draft = {
      author: { via: "token" as const, id: "t" },
      mine: true,
      revision: 4,
      base_version: 1,
      saved_at: "2026-11-01T10:00:00.000Z",
    };
    bus.serve(
      saveDraft,
      told("saveDraft", () => ({ draft })),
    );
    bus.serve(
      publishDraft,
      told("publishDraft", () => ({ status: "updated", agent_id: AGENT, version: 2, active: true, issues: [] })),
    );
    bus.serve(
      activateVersion,
      told("activateVersion", () => ({ agent })),
    );
    bus.serve(
      createLink,
      told("createLink", ({ body }) => ({ link: { ...link, ...body }, token: "pl_token" })),
    );
    bus.serve(
      listLinks,
      told("listLinks", () => ({ data: [link], nextCursor: null, total: 1 })),
    );
    bus.serve(
      getLink,
      told("getLink", () => ({ link })),
    );
    bus.serve(
      updateLink,
      told("updateLink", ({ body }) => ({ link: { ...link, ...body } })),
    );
    bus.serve(
      deleteLink,
      told("deleteLink", () => ({ deleted: true as const, sessionsEnded: 2 })),
    );
    bus.serve(
      createTenant,
      told("createTenant", () => ({ id: TENANT, adminToken: "ak_first" })),
    );
    bus.serve(
      createToken,
      told("createToken", () => ({ id: randomUUID(), token: "ak_new" })),
    );
    bus.serve(
      deleteToken,
      told("deleteToken", () => ({})),
    );
    bus.serve(
      createKey,
      told("createKey", () => key),
    );
    bus.serve(
      rotateKey,
      told("rotateKey", () => key),
    );
    bus.serve(
      deleteKey,
      told("deleteKey", () => ({})),
    );
  }

  /** A token that the service knows. */
  token(role: Principal["role"], tenantId: string | null = TENANT): string {
    const { token } = secrets.issue("api");
    this.tokens.set(token, { tenantId, role, via: "token", id: randomUUID() });
    return token;
  }

  /** A link that the service knows. */
  link(overrides: Partial<LinkPolicy> = {}): {
    token: string;
    policy: LinkPolicy;
    set(state: "ok" | "expired" | "unavailable"): void;
  } {
    const { token, id } = secrets.issue("link");
    const policy = { ...POLICY, id: randomUUID(), ...overrides };
    const entry: { secret: string; policy: LinkPolicy; state: "ok" | "expired" | "unavailable" } = {
      secret: token.slice(16, 48),
      policy,
      state: "ok",
    };
    this.links.set(id, entry);
    return {
      token,
      policy,
      set: (state) => {
        entry.state = state;
      },
    };
  }

  count(call: string): number {
    return this.asked.filter((entry) => entry.call === call).length;
  }

  last(call: string): unknown {
    return this.asked.findLast((entry) => entry.call === call)?.input;
  }
}

const POLICY: Omit<LinkPolicy, "id"> = {
  tenantId: TENANT,
  agentId: AGENT,
  agentName: "Clinic",
  agentVersion: null,
  title: "Front desk",
  description: null,
  welcomeMessage: "Hello",
  expiresAt: null,
  maxSessions: 5,
  sessionsUsed: 0,
  maxMessagesPerSession: 100,
  sessionTimeoutMinutes: 30,
  rateLimitPerMinute: 100,
  maxMessageLength: 20,
  requireEmail: false,
  allowedDomains: [],
  branding: { colour: "#123456" },
  friendlyErrors: false,
  chatIntent: "SECRET-INTENT",
  systemPromptOverride: "SECRET-PROMPT",
  initialMessage: null,
  maxConcurrentSessions: null,
  introduction: null,
  allowedIps: [],
  allowedCountries: [],
  blockedCountries: [],
  pinRequired: false,
  consentText: null,
  starters: [],
  fileUploads: { enabled: false, types: [], maxBytes: 5_242_880, maxCount: 10 },
  proofOfWork: "off",
  recipient: null,
  access: "open",
};
