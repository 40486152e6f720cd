/** The part of JSON Schema that the document of the API has. */
export interface Node {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Node[];
  oneOf?: Node[];
  properties?: Record<string, Node>;
  required?: string[];
  additionalProperties?: Node | boolean;
  items?: Node;
}

export interface SchemaTypes {
  typeOf(of: Node, indent: string): string;
  /** What a text speaks of, and what that speaks of: names and their types, sorted. */
  spokenOf(text: string): [name: string, type: string][];
}

const SCALARS: Record<string, string> = { integer: "number", object: "Record<string, unknown>", array: "unknown[]" };
/** A part with fewer members is written out wherever it occurs. */
const LEAST_MEMBERS = 3;
/** A schema with fewer members is not the base of another one. */
const LEAST_BASE = 5;

/** Writes types of a document. What several places have in common is written once: under its own name, or under that of its field. */
export function schemaTypes(schemas: Record<string, Node>): SchemaTypes {
  const plain = (of: Node): string => typeText(of, "", () => undefined);
  const nodes = new Map(Object.entries(schemas));
  const names = new Map([...nodes].flatMap(([name, of]) => (of.properties ? [[plain(of), name] as const] : [])));
  const seen = new Set<string>();
  const findRepeated = (of: Node, path: string[]): void => {
    const members = Object.entries(of.properties ?? {});
    const key = plain(of);
    if (members.length >= LEAST_MEMBERS && path.length > 1 && !names.has(key)) {
      if (seen.has(key)) {
        const name = path
          .map((_, index) =>
            path
              .slice(-1 - index)
              .map(pascal)
              .join(""),
          )
          .find((one) => !nodes.has(one));
        if (name === undefined) return;
        nodes.set(name, of);
        names.set(key, name);
        return;
      }
      seen.add(key);
    } else if (path.length > 1 && names.has(key)) return;
    for (const [name, one] of members) findRepeated(one, [...path, name]);
    for (const one of [...(of.anyOf ?? of.oneOf ?? []), ...(of.items ? [of.items] : [])]) findRepeated(one, path);
  };
  for (const [name, of] of Object.entries(schemas)) findRepeated(of, [name]);

  const referred = (of: Node): string | undefined => {
    const name = of.properties && names.get(plain(of));
    return name && `Schemas["${name}"]`;
  };
  const membersOf = ({ properties = {}, required = [] }: Node): Set<string> =>
    new Set(Object.entries(properties).map(([name, one]) => `${required.includes(name)} ${name} ${plain(one)}`));
  const bases = [...nodes]
    .map(([name, of]) => ({ name, of, members: membersOf(of) }))
    .filter(({ of, members }) => members.size >= LEAST_BASE && !isOpen(of))
    .sort((one, other) => other.members.size - one.members.size);
  const definition = (name: string): string => {
    const of = nodes.get(name) ?? {};
    const own = membersOf(of);
    const same = names.get(plain(of));
    if (of.properties && same !== undefined && same !== name) return `Schemas["${same}"]`;
    const base = bases.find(
      ({ members }) =>
        members.size < own.size && members.size * 2 >= own.size && [...members].every((one) => own.has(one)),
    );
    if (base === undefined) return typeText(of, "  ", (part) => (part === of ? undefined : referred(part)));
    const rest = Object.entries(of.properties ?? {}).filter(([member]) => !(member in (base.of.properties ?? {})));
    return `Schemas["${base.name}"] & ${typeText({ ...of, properties: Object.fromEntries(rest) }, "  ", referred)}`;
  };
  return {
    typeOf: (of, indent) => typeText(of, indent, referred),
    spokenOf(text) {
      const found = new Map<string, string>();
      const look = (at: string): void => {
        for (const [, name = ""] of at.matchAll(/Schemas\["(\w+)"\]/g)) {
          if (found.has(name)) continue;
          const type = definition(name);
          found.set(name, type);
          look(type);
        }
      };
      look(text);
      return [...found].sort(([one], [other]) => (one < other ? -1 : 1));
    },
  };
}

/** `named`: the name of what has one. */
function typeText(of: Node, indent: string, named: (of: Node) => string | undefined): string {
  if (of.$ref !== undefined) return `Schemas["${of.$ref.replace("#/components/schemas/", "")}"]`;
  if (of.const !== undefined) return JSON.stringify(of.const);
  if (of.enum !== undefined) return of.enum.map((value) => JSON.stringify(value)).join(" | ");
  const variants = of.anyOf ?? of.oneOf;
  if (variants !== undefined) return [...new Set(variants.map((one) => typeText(one, indent, named)))].join(" | ");
  if (of.properties !== undefined) return named(of) ?? objectText(of, indent, named);
  if (of.type === "array" && of.items !== undefined) {
    const item = typeText(of.items, indent, named);
    return / [|&] /.test(item) ? `(${item})[]` : `${item}[]`;
  }
  if (typeof of.additionalProperties === "object" && Object.keys(of.additionalProperties).length > 0)
    return `Record<string, ${typeText(of.additionalProperties, indent, named)}>`;
  const types = [of.type ?? "unknown"].flat();
  return types.map((type) => SCALARS[type] ?? type).join(" | ");
}

function objectText(of: Node, indent: string, named: (of: Node) => string | undefined): string {
  const { properties = {}, required = [] } = of;
  const inner = `${indent}  `;
  const members = Object.entries(properties).map(([name, one]) => {
    const optional = required.includes(name) ? "" : "?";
    return `${inner}${keyText(name)}${optional}: ${typeText(one, inner, named)};\n`;
  });
  if (members.length === 0) return isOpen(of) ? "Record<string, unknown>" : "Record<string, never>";
  return `{\n${members.join("")}${indent}}${isOpen(of) ? " & Record<string, unknown>" : ""}`;
}

const isOpen = ({ additionalProperties }: Node): boolean =>
  additionalProperties !== undefined && additionalProperties !== false;
const pascal = (name: string): string => name.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());

export const keyText = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));
