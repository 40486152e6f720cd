export interface Recipient {
  name: string;
  email?: string;
}

export const MAX_RECIPIENTS = 500;
const ADDRESS = /^[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+$/;

/**
 * One person per line, as copied from a spreadsheet or an address field: `Ada, ada@example.com`, `Ada<TAB>ada@…`, `Ada <ada@example.com>`,
 * only a name or only an address. `wrong` names the line that cannot be parsed.
 */
export function recipientsIn(text: string): { people: Recipient[]; wrong: string | null } {
  const people: Recipient[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const person = recipientIn(line);
    if (person === null) return { people, wrong: `cannot be read in line ${index + 1}` };
    people.push(person);
  }
  if (people.length > MAX_RECIPIENTS) return { people, wrong: `must be at most ${MAX_RECIPIENTS} people` };
  return { people, wrong: people.length === 0 ? "must hold at least one person" : null };
}

function recipientIn(line: string): Recipient | null {
  const parts = line
    .split(/[,;\t<>]/)
    .map((part) => part.trim().replaceAll(/^"|"$/g, "").trim())
    .filter((part) => part !== "");
  const address = parts.find((part) => part.includes("@"));
  if (address !== undefined && !ADDRESS.test(address)) return null;
  const name = parts.filter((part) => part !== address).join(" ");
  if (name === "" && address === undefined) return null;
  if (name.length > 200) return null;
  return address === undefined ? { name } : { name, email: address };
}
