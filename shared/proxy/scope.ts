/** What a client may do. Nothing is allowed unless a scope says so. */
import { z } from "zod";
import { matchesPattern, type PathPattern, readPattern } from "./path_pattern.ts";
import type { ProxyTarget } from "./target.ts";

export const METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"] as const;

export const scopeSchema = z.strictObject({
  methods: z.array(z.enum(METHODS)).min(1).max(METHODS.length),
  paths: z.array(
    z.string().max(500).refine(
      (text) => readPattern(text) !== undefined,
      "a pattern like workspaces/*/projects/**",
    ),
  ).min(1).max(100).describe(
    "Patterns of addresses after /api/v1/: `*` stands for one segment, `**` at the end for the rest.",
  ),
});
export type Scope = z.infer<typeof scopeSchema>;

/** A workspace's slug, or `*` for every workspace. */
export const workspaceSchema = z.string().regex(/^(\*|[A-Za-z0-9_-]{1,100})$/);

export interface Permissions {
  readonly scopes: readonly Scope[];
  readonly workspaces: readonly string[];
}

/** Whether one scope allows this method on this address, and the address is in a workspace the client may enter. */
export function permits(permissions: Permissions, method: string, target: ProxyTarget): boolean {
  const { scopes, workspaces } = permissions;
  const { workspace, segments } = target;
  if (workspace !== undefined && !workspaces.includes("*") && !workspaces.includes(workspace)) return false;
  return scopes.some((scope) =>
    scope.methods.some((allowed) => allowed === method) &&
    scope.paths.some((text) => {
      const pattern: PathPattern | undefined = readPattern(text);
      return pattern !== undefined && matchesPattern(pattern, segments);
    })
  );
}
