import { EXIT, type Io } from "../io.js";
import { printJson, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";

interface SettingShown {
  name: string;
  value: string | null;
  is_default: boolean;
  about: string;
}

/** The settings for retention and sign-in. Read-only. */
export async function showSettings(io: Io, options: Globals): Promise<number> {
  const call = { method: "GET" as const, path: "/api/settings", signal: io.signal };
  const { data } = await ownerTransport(io, options).json<{ data: SettingShown[] }>(call);
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map((one) => [one.name, one.value ?? "", one.is_default ? "default" : "set", one.about]);
    printTable(io, ["NAME", "VALUE", "BY", "ABOUT"], rows);
  }
  return EXIT.ok;
}
