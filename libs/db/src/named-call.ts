/**
 * A call of a function of the database with named arguments, as text and values of a query: `{ seq: 1 }` is its parameter `p_seq`.
 * PostgreSQL refuses a name that the function does not have.
 */
export function namedCall(name: string, args: Record<string, unknown>): [text: string, values: unknown[]] {
  const list = Object.keys(args).map((key, at) => `p_${key} => $${at + 1}`);
  return [`${name}(${list.join(", ")})`, Object.values(args)];
}
