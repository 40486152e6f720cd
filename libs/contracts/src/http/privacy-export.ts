import { z } from "zod";
import { emailAddress } from "../email-address.js";

export const privacyExportBody = z.strictObject({ email: emailAddress }).meta({
  id: "ExportPerson",
  description: "Whose data to export",
  examples: [{ email: "ada@example.com" }],
});
