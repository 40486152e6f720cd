import { createLogger } from "@parley/observability";
import { describe, expect, it } from "vitest";
import { createLifecycle, type LifecyclePart } from "../src/index.js";

const logger = createLogger({ service: "test", level: "silent" });

function recorder() {
  const log: string[] = [];
  const part = (name: string, extra: Partial<LifecyclePart> = {}): LifecyclePart => ({
    name,
    start: async () => void log.push(`+${name}`),
    stop: async () => void log.push(`-${name}`),
    ...extra,
  });
  return { log, part };
}

describe("lifecycle", () => {
  it("starts in order and stops in reverse, once", async () => {
    const { log, part } = recorder();
    const lifecycle = createLifecycle({ name: "svc", logger });
    for (const name of ["db", "bus", "http"]) lifecycle.add(part(name));
    await lifecycle.start();
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(log).toEqual(["+db", "+bus", "+http", "-http", "-bus", "-db"]);
    expect(() => lifecycle.add(part("late"))).toThrow(/after the start/);
  });

  it("closes the started parts when a start fails, including the one that failed", async () => {
    const { log, part } = recorder();
    const lifecycle = createLifecycle({ name: "svc", logger });
    lifecycle.add(part("db"));
    lifecycle.add(part("bus", { start: () => Promise.reject(new Error("no port")) }));
    lifecycle.add(part("http"));
    await expect(lifecycle.start()).rejects.toThrow("no port");
    expect(log).toEqual(["+db", "-bus", "-db"]);
  });

  it("is ready only while running and only when every check says so", async () => {
    const { part } = recorder();
    let answer: boolean | string = true;
    const lifecycle = createLifecycle({ name: "svc", logger, checkDeadlineMs: 50 });
    lifecycle.add(part("db", { ready: async () => answer }));
    expect((await lifecycle.readiness()).checks.svc).toEqual({ ok: false, detail: "new" });
    await lifecycle.start();
    expect((await lifecycle.readiness()).ready).toBe(true);
    answer = "no connection";
    expect(await lifecycle.readiness()).toEqual({
      ready: false,
      checks: { db: { ok: false, detail: "no connection" }, svc: { ok: true } },
    });
    answer = true;
    const stopping = lifecycle.stop();
    expect(lifecycle.draining).toBe(true);
    expect((await lifecycle.readiness()).ready).toBe(false);
    await stopping;
  });

  it("limits the time of a check that hangs, and hides the message of one that fails", async () => {
    const lifecycle = createLifecycle({ name: "svc", logger, checkDeadlineMs: 30 });
    lifecycle.add({ name: "hangs", ready: () => new Promise(() => undefined) });
    lifecycle.add({ name: "fails", ready: () => Promise.reject(new TypeError("host db.internal refused")) });
    await lifecycle.start();
    const { checks } = await lifecycle.readiness();
    expect(checks.hangs).toEqual({ ok: false, detail: "DeadlineError" });
    expect(checks.fails).toEqual({ ok: false, detail: "TypeError" });
  });

  it("is not ready when the part with the service's own name is not", async () => {
    const lifecycle = createLifecycle({ name: "links", logger });
    lifecycle.add({ name: "links", ready: async () => "database is not reachable" });
    await lifecycle.start();
    expect(await lifecycle.readiness()).toEqual({
      ready: false,
      checks: { links: { ok: false, detail: "database is not reachable" } },
    });
  });

  it("continues with the next part when one does not stop in time, and reports it", async () => {
    const { log, part } = recorder();
    const lifecycle = createLifecycle({ name: "svc", logger, stopDeadlineMs: 50 });
    lifecycle.add(part("db"));
    lifecycle.add(part("stuck", { stop: () => new Promise(() => undefined) }));
    await lifecycle.start();
    await expect(lifecycle.stop()).rejects.toThrow(/not finished/);
    expect(log).toEqual(["+db", "+stuck", "-db"]);
  });

  it("keeps working during the drain delay with readiness off", async () => {
    const { log, part } = recorder();
    const lifecycle = createLifecycle({ name: "svc", logger, drainDelayMs: 80 });
    lifecycle.add(part("http"));
    await lifecycle.start();
    const began = performance.now();
    const stopping = lifecycle.stop();
    expect((await lifecycle.readiness()).ready).toBe(false);
    expect(log).toEqual(["+http"]);
    await stopping;
    expect(performance.now() - began).toBeGreaterThan(70);
    expect(log).toEqual(["+http", "-http"]);
  });

  it("waits for the part that is starting, and starts no other, when stopped during the start", async () => {
    const { log, part } = recorder();
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const lifecycle = createLifecycle({ name: "svc", logger });
    lifecycle.add(part("slow", { start: () => gate.then(() => void log.push("+slow")) }));
    lifecycle.add(part("next"));
    const starting = lifecycle.start();
    const stopping = lifecycle.stop();
    release();
    await Promise.all([starting, stopping]);
    expect(log).toEqual(["+slow", "-slow"]);
  });
});
