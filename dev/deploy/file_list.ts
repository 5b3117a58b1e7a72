/** Decides whether the files of an upload are the right ones. */

export interface ListDifference {
  /** Expected, but not there. */
  missing: string[];
  /** There, but not expected. */
  unexpected: string[];
}

/** Compares two lists of paths as sets; both answers are sorted. */
export function compareLists(expected: Iterable<string>, actual: Iterable<string>): ListDifference {
  const wanted = new Set(expected);
  const found = new Set(actual);
  return {
    missing: [...wanted.difference(found)].sort(),
    unexpected: [...found.difference(wanted)].sort(),
  };
}

/** Throws an Error that lists every difference by name; `what` and `against` say which lists were compared. */
export function assertSameList(
  what: string,
  actual: Iterable<string>,
  against: string,
  expected: Iterable<string>,
): void {
  const { missing, unexpected } = compareLists(expected, actual);
  if (missing.length === 0 && unexpected.length === 0) return;
  const lines = [
    ...missing.map((path) => `  missing:    ${path}`),
    ...unexpected.map((path) => `  unexpected: ${path}`),
  ];
  throw new Error([`${what} differs from ${against}`, ...lines].join("\n"));
}

/**
 * The paths that must never leave the repository, whatever imports them: tests, test data and tools, hidden
 * files (`.env` above all), lock files, and anything that is neither code, JSON nor WebAssembly.
 */
export function forbiddenPaths(paths: Iterable<string>): string[] {
  return [...paths].filter((path) => {
    const parts = path.split("/");
    const name = parts.at(-1) ?? "";
    if (parts.some((part) => part.startsWith("."))) return true;
    if (["tests", "dev", "bench", "docs"].includes(parts[0] ?? "")) return true;
    if (parts.some((part) => ["tests", "testdata", "fixtures", "node_modules"].includes(part))) return true;
    if (/[._](test|spec|bench)\.[a-z]+$/.test(name)) return true;
    return !/\.(ts|tsx|js|mjs|json|wasm)$/.test(name);
  }).sort();
}
