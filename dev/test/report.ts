/** Counts the tests in the JUnit report of `deno test --junit-path`. */

export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}

/** A case with its attributes and body; text inside bodies is escaped, so no tag can hide in it. */
const CASE = /<testcase\b([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g;
const SUITE = /<testsuite\b[^>]*>([\s\S]*?)<\/testsuite>/g;

/** An empty or broken report counts nothing. A step (`test > step`) belongs to its test and is not counted. */
export function countTests(junit: string): TestCounts {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  for (const [, suite = ""] of junit.matchAll(SUITE)) {
    const cases = [...suite.matchAll(CASE)].map(([, attributes = "", , body = ""]) => ({
      name: /\bname="([^"]*)"/.exec(attributes)?.[1] ?? "",
      body,
    }));
    const names = new Set(cases.map(({ name }) => name));
    for (const { name, body } of cases) {
      if (isStep(name, names)) continue;
      if (/<(failure|error)\b/.test(body)) counts.failed++;
      else if (/<skipped\b/.test(body)) counts.skipped++;
      else counts.passed++;
    }
  }
  return counts;
}

/** A name's part before some ` > ` is a test of the same file. */
function isStep(name: string, names: ReadonlySet<string>): boolean {
  const separator = " &gt; ";
  for (let at = name.indexOf(separator); at !== -1; at = name.indexOf(separator, at + 1)) {
    if (names.has(name.slice(0, at))) return true;
  }
  return false;
}

/** `12 passed, 0 failed`, and `, 1 skipped` only if there are any. */
export function summaryLine(counts: TestCounts): string {
  const line = `${counts.passed} passed, ${counts.failed} failed`;
  return counts.skipped > 0 ? `${line}, ${counts.skipped} skipped` : line;
}
