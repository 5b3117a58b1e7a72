// Patterns for addresses after `/api/v1/`: `workspaces/*/projects/**`.

/** Segments; `*` stands for exactly one, `**` (only at the end) for any number, none included. */
export type PathPattern = readonly string[];

const WRITTEN = /^[\p{L}\p{N}_~*][\p{L}\p{N}._~*-]*$/u;

/** The pattern, or undefined when the text is none. Slashes at both ends and a leading `api/v1/` may be there or not. */
export function readPattern(text: string): PathPattern | undefined {
  const parts = text.trim().replace(/^\/+|\/+$/g, "").replace(/^api\/v1\//, "").split("/");
  const isPattern = parts.every((part, index) =>
    part === "*" || (part === "**" ? index === parts.length - 1 : WRITTEN.test(part) && !part.includes("*"))
  );
  return isPattern && parts.length <= 24 ? parts : undefined;
}

/** Case counts, as it does for Plane. */
export function matchesPattern(pattern: PathPattern, segments: readonly string[]): boolean {
  const open = pattern.at(-1) === "**";
  const fixed = open ? pattern.slice(0, -1) : pattern;
  if (open ? segments.length < fixed.length : segments.length !== fixed.length) return false;
  return fixed.every((part, index) => part === "*" || part === segments[index]);
}
