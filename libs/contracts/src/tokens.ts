/** Public prefixes of secrets, so that secret scanners can know them. */
export const TOKEN_PREFIXES = { link: "pl_", session: "ps_", api: "ak_", signIn: "pi_", user: "pu_" } as const;
export type TokenKind = keyof typeof TOKEN_PREFIXES;
