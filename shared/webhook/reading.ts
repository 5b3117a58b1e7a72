/** Small readings that every normaliser shares. */

/** Projects first, because their work items wait for them; after those what needs them. Higher is sooner. */
export const PRIORITIES: Readonly<Record<string, number>> = {
  project: 6,
  issue: 5,
  cycle: 4,
  module: 4,
  issue_comment: 4,
};

/** Text from a request that goes into a column: printable ASCII, at most 80 characters. */
export function plainName(value: unknown): string {
  return typeof value === "string"
    ? value.replace(/[^\x20-\x7e]/g, "?").slice(0, 80) || "unknown"
    : "unknown";
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
