import assert from "node:assert/strict";
import { matchesPattern, readPattern } from "../../../shared/proxy/path_pattern.ts";
import { keepMs, readCacheRules } from "../../../shared/proxy/cache_rules.ts";
import { permits, type Scope } from "../../../shared/proxy/scope.ts";

const inAcme = (...rest: string[]) => ({
  segments: ["workspaces", "acme", ...rest],
  workspace: "acme",
  query: "",
  signedPath: "",
});
const matches = (pattern: string, path: string) =>
  matchesPattern(readPattern(pattern) ?? [], path.split("/"));

Deno.test("a star stands for exactly one segment, two stars at the end for any number", () => {
  assert(matches("workspaces/*/projects", "workspaces/acme/projects"));
  assert(!matches("workspaces/*/projects", "workspaces/acme/projects/1"));
  assert(!matches("workspaces/*/projects", "workspaces/projects"));
  assert(matches("/api/v1/workspaces/*/projects/**/", "workspaces/acme/projects"));
  assert(matches("workspaces/*/projects/**", "workspaces/acme/projects/1/states/2"));
  assert(!matches("workspaces/*/projects/**", "workspaces/acme/members"));
  assert(!matches("workspaces/acme/projects", "workspaces/ACME/projects"), "case counts");
  assert(matches("**", "users/me"));
});

Deno.test("what is no pattern is none: stars inside words, two stars in the middle, empty segments, steps upwards", () => {
  for (const text of ["", "a//b", "a/**/b", "a/b*", "../a", "a/./b", "a b", "a/%2e", "***"]) {
    assert.equal(readPattern(text), undefined, text);
  }
});

Deno.test("nothing is permitted without a scope, without a workspace, or with another method", () => {
  const scope: Scope = { methods: ["GET"], paths: ["workspaces/*/projects/**"] };
  assert(permits({ scopes: [scope], workspaces: ["acme"] }, "GET", inAcme("projects")));
  assert(permits({ scopes: [scope], workspaces: ["*"] }, "GET", inAcme("projects")));
  assert(!permits({ scopes: [], workspaces: ["*"] }, "GET", inAcme("projects")));
  assert(!permits({ scopes: [scope], workspaces: [] }, "GET", inAcme("projects")));
  assert(!permits({ scopes: [scope], workspaces: ["other", "ACME"] }, "GET", inAcme("projects")));
  assert(!permits({ scopes: [scope], workspaces: ["acme"] }, "DELETE", inAcme("projects", "1")));
  assert(!permits({ scopes: [scope], workspaces: ["acme"] }, "GET", inAcme("members")));
});

Deno.test("an address outside every workspace needs a scope of its own", () => {
  const me = { segments: ["users", "me"], workspace: undefined, query: "", signedPath: "" };
  const scopes: Scope[] = [{ methods: ["GET"], paths: ["workspaces/**"] }];
  assert(!permits({ scopes, workspaces: ["*"] }, "GET", me));
  assert(permits({ scopes: [{ methods: ["GET"], paths: ["users/me"] }], workspaces: [] }, "GET", me));
});

Deno.test("cache rules name patterns and seconds, and what cannot be read is refused by the variable's name", () => {
  const rules = readCacheRules("workspaces/*/projects/*/states=60, users/me=5");
  assert.equal(keepMs(rules, ["workspaces", "acme", "projects", "1", "states"]), 60_000);
  assert.equal(keepMs(rules, ["users", "me"]), 5_000);
  assert.equal(keepMs(rules, ["workspaces", "acme", "members"]), 0);
  for (const text of ["users/me", "users/me=301", "users/me=-1", "users//me=5"]) {
    assert.throws(() => readCacheRules(text), /PLANE_PROXY_CACHE/, text);
  }
  assert.deepEqual(readCacheRules(""), []);
});
