import { vectorBranch } from "./vector-branch.js";

/**
 * Not every server has pgvector: the statement that uses it runs here against a type and an operator of the same names and meaning.
 * `vector-branch.pgvector.ts` asks the same of the extension itself, where there is one.
 */
vectorBranch("a database with a type named vector", (owner) =>
  owner.query(`create domain vector as real[];
    create function negative_inner_product(a real[], b real[]) returns double precision language sql immutable strict parallel safe
      as $$ select -dot_product(a, b) $$;
    create operator <#> (leftarg = real[], rightarg = real[], function = negative_inner_product)`),
);
