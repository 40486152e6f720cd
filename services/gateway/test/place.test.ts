import { createLogger } from "@parley/observability";
import { describe, expect, it } from "vitest";
import { countryOf, createCountries } from "../src/edge/countries.js";
import { countryMayEnter, insideNetworks } from "../src/edge/geo-rules.js";

describe("network membership", () => {
  it.each([
    ["192.0.2.7", "192.0.2.0/24", true],
    ["192.0.2.7", "192.0.2.7", true],
    ["192.0.3.7", "192.0.2.0/24", false],
    ["::ffff:192.0.2.7", "192.0.2.0/24", true],
    ["192.0.2.7", "::ffff:192.0.2.0/120", true],
    ["192.0.3.7", "::ffff:192.0.2.0/120", false],
    ["2001:db8::1", "2001:db8::/32", true],
    ["2001:db9::1", "2001:db8::/32", false],
    ["192.0.2.7", "::/0", false],
    ["2001:db8::1", "0.0.0.0/0", false],
    ["unknown", "0.0.0.0/0", false],
    ["192.0.2.7", "no network", false],
  ])("%s in %s: %s", (address, network, inside) => {
    expect(insideNetworks(address, [network])).toBe(inside);
  });
});

describe("visitors' countries", () => {
  it("are read from both database formats, and from nothing else", () => {
    expect(countryOf({ country: { iso_code: "DE" }, registered_country: { iso_code: "US" } })).toBe("DE");
    expect(countryOf({ country_code: "nz" })).toBe("NZ");
    for (const found of [null, undefined, {}, { country: {} }, { country_code: "Germany" }, { country_code: 4 }, "DE"])
      expect(countryOf(found)).toBeNull();
  });

  it("are checked against the blocked list first, and an unknown one is on no list", () => {
    const may = (country: string | null, allowedCountries: string[], blockedCountries: string[]): boolean =>
      countryMayEnter(country, { allowedCountries, blockedCountries });
    expect([may("DE", ["de"], []), may("FR", ["DE"], []), may(null, ["DE"], [])]).toEqual([true, false, false]);
    expect([may("DE", [], ["DE"]), may("FR", [], ["DE"]), may(null, [], ["DE"])]).toEqual([false, true, true]);
    expect([may("DE", ["DE"], ["DE"]), may(null, [], [])]).toEqual([false, true]);
  });

  it("are all unknown without a readable database, which is logged once", async () => {
    const log: string[] = [];
    const logger = createLogger({ service: "test", level: "info", destination: { write: (line) => log.push(line) } });
    const countries = createCountries("/no/such/file.mmdb", logger);
    expect([await countries.of("8.8.8.8"), await countries.of("8.8.8.8")]).toEqual([null, null]);
    expect(log.filter((line) => line.includes("countries.unreadable"))).toHaveLength(1);
  });
});
