import { z } from "zod";

/** A setting of the installation as it is in force. */
export const settingInForce = z.object({
  name: z.string().describe("Environment variable"),
  area: z.enum(["retention", "sign_in"]),
  value: z.string().nullable().describe("null = not set"),
  is_default: z.boolean(),
  about: z.string(),
});
export type SettingInForce = z.infer<typeof settingInForce>;

export const settingsInForce = z.object({ data: z.array(settingInForce) }).meta({
  id: "SettingsInForce",
  description: "A setting of the installation; changed in its environment",
  examples: [
    {
      data: [
        {
          ...{ name: "RETENTION_DAYS", area: "retention", value: "30", is_default: true },
          about: "Days after its end that a session keeps its content unless its link says otherwise; never = for ever",
        },
      ],
    },
  ],
});

type Names<C> = Partial<Record<SettingInForce["area"], readonly (keyof C & string)[]>>;

/** The named settings of a service, with what their schema says of them. Only names that hold no secret may be given. */
export function readSettings<C extends Record<string, unknown>>(
  schema: z.ZodObject,
  config: C,
  names: Names<C>,
): SettingInForce[] {
  const areas: SettingInForce["area"][] = ["retention", "sign_in"];
  return areas.flatMap((area) =>
    (names[area] ?? []).map((name): SettingInForce => {
      const field = schema.shape[name];
      const value = inWords(config[name]);
      const fallback = z.safeParse(field ?? z.undefined(), undefined);
      const is_default = value === inWords(fallback.success ? fallback.data : undefined);
      const about = field instanceof z.ZodType ? (field.description ?? "") : "";
      return { name, area, value, is_default, about };
    }),
  );
}

function inWords(value: unknown): string | null {
  const text = Array.isArray(value) ? value.join(", ") : value === undefined || value === null ? "" : String(value);
  return text === "" ? null : text;
}
