/** Makes the compiler reject a union that is not handled exhaustively. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
