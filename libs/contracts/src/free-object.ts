import { z } from "zod";

/** An object that the product carries and does not read. */
export const freeObject = z.record(z.string(), z.unknown()).describe("Any members: their names and values are free");
