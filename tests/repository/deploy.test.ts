import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bodyLimits } from "@parley/gateway-service";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { composeVariables, processVariables, serviceVariables } from "../../tools/gen-docs/configuration.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const strings = z.array(z.string());
const composeService = z.strictObject({
  profiles: strings.default([]),
  image: z.string(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  command: strings.optional(),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  networks: strings,
  ports: strings.default([]),
  volumes: strings.default([]),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.string() })).default({}),
  healthcheck: z.looseObject({ test: strings.optional(), disable: z.boolean().optional() }),
  restart: z.enum(["unless-stopped", "no"]),
  read_only: z.boolean().optional(),
  tmpfs: strings.optional(),
  cap_drop: strings.optional(),
  security_opt: strings.optional(),
  stop_grace_period: z.string().optional(),
  stop_signal: z.string().optional(),
  shm_size: z.string().optional(),
});
const text = read("docker-compose.yml");
const compose = z
  .object({
    services: z.record(z.string(), composeService),
    networks: z.record(z.string(), z.unknown()),
    volumes: z.record(z.string(), z.unknown()),
  })
  .parse(parse(text, { merge: true }));
const services = Object.entries(compose.services);
/** Ours: built from this repository, started under SERVICE. */
const own = services.flatMap(([name, service]) => {
  const { SERVICE } = service.environment;
  return SERVICE ? [{ name, entry: SERVICE, service }] : [];
});

describe("docker-compose.yml", () => {
  it("runs every service of the repository, the gateway twice", () => {
    const folders = readdirSync(join(root, "services")).filter((name) => name !== "standalone");
    expect([...new Set(own.map(({ entry }) => entry))].sort()).toEqual(folders.sort());
    expect(own.filter(({ entry }) => entry === "gateway").map(({ name }) => name)).toEqual(["gateway-1", "gateway-2"]);
  });

  it("pins every image", () => {
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(read("package.json")));
    for (const [name, { image, build }] of services) {
      if (build === undefined) expect(image, name).toMatch(/^[a-z][a-z0-9/-]+:\d+\.\d+(\.\d+)?(-[a-z0-9]+)?$/);
      else expect(image, name).toBe(`parley:${version}`);
    }
  });

  it.each(own)("$name can be given each of its variables, and no other", ({ entry, service }) => {
    const shape = Object.keys(serviceVariables[entry]?.shape ?? {});
    const known = new Set([...shape, ...Object.keys(processVariables.shape), "SERVICE"]);
    // Fixed inside a container: nobody outside could make use of another value.
    const fixed = new Set(["HOST", "OPS_HOST", "CHAT_PAGE_DIR"]);
    expect(Object.keys(service.environment).sort()).toEqual([...known].filter((name) => !fixed.has(name)).sort());
  });

  it("substitutes only variables documented in .env.example", () => {
    const substituted = [...text.matchAll(/(?<!\$)\$\{([A-Z_]+)/g)].map(([, name]) => name);
    const known = [...Object.keys(composeVariables.shape), "PUBLIC_URL"];
    expect([...new Set(substituted)].sort()).toEqual(known.sort());
  });

  it("contains no secret: passwords come from .env or stop the start", () => {
    for (const [name, { environment }] of services) {
      for (const [variable, value] of Object.entries(environment)) {
        if (!/PASSWORD|KEY|SECRET|_URL$/.test(variable) || variable === "PUBLIC_URL") continue;
        if (value !== null) expect(value, `${name} ${variable}`).toMatch(/\$\{[A-Z_]+_PASSWORD:\?/);
      }
    }
  });

  it("checks the health of every server and waits for dependencies", () => {
    for (const [name, { healthcheck, depends_on: after, profiles }] of services) {
      if (name === "migrate") expect(healthcheck).toEqual({ disable: true });
      else expect(healthcheck.test?.length, name).toBeGreaterThan(1);
      if (profiles.includes("app")) expect(Object.keys(after).length, name).toBeGreaterThan(0);
      for (const needed of Object.keys(after)) expect(Object.keys(compose.services), name).toContain(needed);
    }
    for (const { entry, service } of own) {
      expect(service.depends_on.nats?.condition, entry).toBe("service_healthy");
      const migrated = service.depends_on.migrate?.condition;
      expect(migrated, entry).toBe(entry === "gateway" ? undefined : "service_completed_successfully");
    }
    expect(compose.services.migrate?.depends_on.postgres?.condition).toBe("service_healthy");
    expect(compose.services.migrate?.command).toEqual(["node", "libs/db/dist/main.js"]);
  });

  it("lets services log in as a member of parley_app, and only the migration as the owner", () => {
    for (const { name, service } of own) {
      const address = service.environment.DATABASE_URL ?? "postgres://parley_login:";
      expect(address, name).toMatch(/^postgres:\/\/parley_login:/);
    }
    expect(compose.services.migrate?.environment.DATABASE_ADMIN_URL).toMatch(/^postgres:\/\/parley:/);
    expect(read("deploy/postgres/10-application-login.sh")).toMatch(
      /create role parley_login login .* in role parley_app;/,
    );
  });

  it("gives the gateway no access to PostgreSQL, and publishes only on loopback by default", () => {
    const data = services.filter(([, { networks }]) => networks.includes("data")).map(([name]) => name);
    expect(data.sort()).toEqual(["agent-runner", "cleanup", "links", "memory", "migrate", "postgres", "sessions"]);
    for (const [name, { ports, networks }] of services) {
      for (const port of ports)
        expect(port, name).toMatch(name === "nginx" ? /^\$\{PARLEY_BIND:-127\.0\.0\.1\}:/ : /^127\.0\.0\.1:/);
      for (const network of networks) expect(Object.keys(compose.networks)).toContain(network);
    }
    expect(own.every(({ service }) => service.ports.length === 0)).toBe(true);
  });

  it("gives each service its own bus account", () => {
    for (const { name, entry, service } of own) {
      const variable = `NATS_${entry.replace("-", "_").toUpperCase()}_PASSWORD`;
      expect(service.environment.NATS_URL, name).toBe(`nats://${entry}:\${${variable}:?set it in .env}@nats:4222`);
    }
  });

  it("runs our services without privileges and gives a drain enough time", () => {
    for (const { name, service } of own) {
      expect(service, name).toMatchObject({
        read_only: true,
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
      });
      expect(Number.parseInt(service.stop_grace_period ?? "10", 10), name).toBeGreaterThan(29);
    }
  });
});

describe("deploy/Dockerfile", () => {
  const lines = read("deploy/Dockerfile")
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const of = (instruction: string) => lines.filter((line) => line.startsWith(`${instruction} `));

  it("bases every stage on the same pinned slim image", () => {
    expect(of("ARG")[0]).toMatch(/^ARG NODE_IMAGE=node:\d+\.\d+\.\d+-\w+-slim$/);
    expect(of("FROM").every((line) => /^FROM \$\{NODE_IMAGE\} AS \w+$/.test(line))).toBe(true);
    expect(lines.join("\n")).not.toMatch(/latest/);
  });

  it("installs from the lockfile without install scripts and omits build tools", () => {
    expect(of("RUN").some((line) => /npm ci --ignore-scripts/.test(line))).toBe(true);
    expect(lines.join("\n")).not.toMatch(/npm (install|i) /);
    expect(of("RUN").some((line) => /npm prune --omit=dev --omit=optional/.test(line))).toBe(true);
  });

  it("runs as a numeric account that is not root, without write access to its folder", () => {
    const last = lines.slice(lines.lastIndexOf(of("FROM").at(-1) ?? ""));
    expect(last.filter((line) => line.startsWith("USER "))).toEqual(["USER 10001:10001"]);
    expect(last.join("\n")).not.toMatch(/--chown|chmod|VOLUME/);
    expect(last.filter((line) => line.startsWith("HEALTHCHECK "))[0]).toMatch(/CMD \["node", "-e", ".*\/readyz.*"\]$/);
  });

  it("lets SERVICE choose the entry and passes signals to node", () => {
    expect(of("ENV").some((line) => / SERVICE=\$\{SERVICE\}$/.test(line))).toBe(true);
    expect(of("CMD")).toEqual([String.raw`CMD ["/bin/sh", "-c", "exec node services/\"$SERVICE\"/dist/main.js"]`]);
  });

  it("keeps unrelated files out of the build context", () => {
    const ignored = read(".dockerignore").split("\n");
    expect(ignored).toEqual(expect.arrayContaining([".git", ".env*", ".data", "**/node_modules", "**/dist"]));
  });
});

describe("deploy/nats/nats.conf", () => {
  it("syncs before it acknowledges, holds no password, and has room for all streams", () => {
    const conf = read("deploy/nats/nats.conf");
    expect(conf).toMatch(/^\s*sync_interval: always$/m);
    expect(conf).toMatch(/^\s*include "users.conf"$/m);
    const passwords = [...read("deploy/nats/users.conf").matchAll(/password: (\S+)/g)].map(([, value]) => value);
    expect(passwords.sort()).toEqual(
      Object.keys(compose.services.nats?.environment ?? {})
        .map((name) => `$${name}`)
        .sort(),
    );
    expect(conf).toMatch(/max_file_store: 1GB/);
  });
});

describe.each(readdirSync(join(root, "deploy/nginx")))("deploy/nginx/%s", (file) => {
  const conf = read(`deploy/nginx/${file}`).replace(/^\s*#.*$/gm, "");

  it("passes streams and WebSockets", () => {
    for (const line of ["proxy_buffering off;", "proxy_http_version 1.1;", "proxy_set_header Upgrade $http_upgrade;"]) {
      expect(conf).toContain(line);
    }
    const readTimeout = Number(/proxy_read_timeout (\d+)s;/.exec(conf)?.[1]);
    // The longest silence the gateway's own settings allow.
    expect(readTimeout).toBeGreaterThan(300);
  });

  it("limits connections and requests of one address, well below the capacity of one worker", () => {
    const server = conf.slice(conf.lastIndexOf("\nserver {"));
    expect(conf).toContain("limit_conn_zone $binary_remote_addr zone=parley_open:10m;");
    expect(conf).toContain("limit_req_zone $binary_remote_addr zone=parley_begun:10m rate=100r/s;");
    expect(server).toContain("limit_req zone=parley_begun burst=1000 nodelay;");
    // nginx takes 512 connections a worker by default, and each open request takes two.
    expect(Number(/limit_conn parley_open (\d+);/.exec(server)?.[1])).toBeLessThanOrEqual(256);
    expect([...conf.matchAll(/limit_(?:conn|req)_status (\d+);/g)].map(([, status]) => status)).toEqual(["429", "429"]);
    for (const timeout of ["client_header_timeout 5s;", "client_body_timeout 10s;"]) expect(server).toContain(timeout);
  });

  it("accepts bodies as large as the gateway does on each path, and no more than 1 MiB by default", async () => {
    const mebibytes = (block: string) => Number(/client_max_body_size (\d+)m;/.exec(block)?.[1]) * 1_048_576;
    const places = [...conf.matchAll(/location (~ )?(\/api\/\S+|\^\S+) \{([^}]*)\}/g)].map(
      ([, regex, at = "", block = ""]) => ({
        holds: (path: string) => (regex === undefined ? path.startsWith(at) : new RegExp(at).test(path)),
        bytes: mebibytes(block),
      }),
    );
    const taken = (path: string) => places.find(({ holds }) => holds(path))?.bytes ?? mebibytes(conf);
    const limits = [...(await bodyLimits())].map(([url, bytes]) => ({ path: url.replaceAll(/:\w+/g, "x-1"), bytes }));
    expect(limits.length).toBeGreaterThan(100);
    expect(limits.filter(({ path, bytes }) => bytes > taken(path))).toEqual([]);
    expect(mebibytes(conf)).toBe(1_048_576);
  });

  it("passes the signed request target unchanged and forwards one client address", () => {
    expect(conf).toMatch(/proxy_pass http:\/\/parley_gateway;/);
    expect(conf).toContain("merge_slashes off;");
    expect(conf).toContain("proxy_set_header X-Forwarded-For $remote_addr;");
  });

  it("logs no path, because links contain their secret", () => {
    expect(/log_format parley '([^']*)'/.exec(conf)?.[1]).not.toMatch(
      /\$(request|request_uri|uri|args|http_referer)\b/,
    );
    for (const [, format] of conf.matchAll(/access_log \S+ ?(\w*);/g)) expect(["parley", ""]).toContain(format);
    expect(conf).toMatch(/error_log \S+ crit;/);
  });
});
