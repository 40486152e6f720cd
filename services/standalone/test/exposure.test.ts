import { expect, it } from "vitest";
import { demoAgents } from "../src/demo.js";
import { isExposed } from "../src/exposure.js";

it.each([
  ["127.0.0.1", "http://localhost:8080", false],
  ["::1", "http://localhost:8080", false],
  ["0.0.0.0", "http://localhost:8080", true],
  ["192.168.1.7", "http://192.168.1.7:8080", true],
  ["0.0.0.0", "https://chat.example.com", false],
])("HOST %s with PUBLIC_URL %s is reachable without https: %s", (HOST, PUBLIC_URL, exposed) => {
  expect(isExposed({ HOST, PUBLIC_URL })).toBe(exposed);
});

it("demo links that strangers can reach have an expiry and a hard budget", () => {
  for (const { link } of demoAgents(true))
    expect(link).toMatchObject({ expires_in_hours: 24, budget: { max_tokens: 500_000, hard: true } });
  for (const { link } of demoAgents(false)) expect(link).toMatchObject({ expires_in_hours: null });
});
