import { fileURLToPath } from "node:url";
import type { Logger } from "@parley/observability";
import { open, type Reader, type Response } from "maxmind";

/** Looks up the country of an address. */
export interface Countries {
  /** Two letters, or null when it is not known. Never throws; the database is opened by the first look-up. */
  of(address: string): Promise<string | null>;
}

/** The one file with both families; the package's other two cover one each. */
const INCLUDED = "@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb";

/**
 * Reads an mmdb file: `path`, or the included one (CC0). Supports both common shapes, `country.iso_code` and
 * `country_code`. Without a readable file every country is unknown, which is logged once.
 */
export function createCountries(path: string | undefined, logger: Logger): Countries {
  let reader: Promise<Reader<Response> | null> | undefined;
  const opened = (): Promise<Reader<Response> | null> => {
    reader ??= Promise.resolve()
      .then(() => open<Response>(path ?? fileURLToPath(import.meta.resolve(INCLUDED))))
      .catch((error: unknown) => {
        logger.error({ err: error }, "countries.unreadable");
        return null;
      });
    return reader;
  };
  return {
    async of(address) {
      const database = await opened();
      try {
        return countryOf(database?.get(address));
      } catch {
        return null;
      }
    },
  };
}

/** The country code of a record, in either of the two shapes that such databases use. */
export function countryOf(found: unknown): string | null {
  if (!isRecord(found)) return null;
  const nested = isRecord(found.country) ? found.country.iso_code : undefined;
  const code = nested ?? found.country_code;
  return typeof code === "string" && /^[A-Za-z]{2}$/.test(code) ? code.toUpperCase() : null;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
