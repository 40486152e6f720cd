import { vectorBranch } from "./vector-branch.js";

vectorBranch("a database with pgvector", (owner) => owner.query("create extension vector"));
