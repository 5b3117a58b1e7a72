import assert from "node:assert/strict";
import { Report } from "../../../dev/deploy/report.ts";

function collect(): { report: Report; lines: string[] } {
  const lines: string[] = [];
  return { report: new Report((line) => lines.push(line)), lines };
}

Deno.test("a check that throws has failed: it is counted, named, and its message shown line by line", async () => {
  const { report, lines } = collect();
  const value = await report.check("the upload is right", () => {
    throw new Error("missing:\n  a.ts");
  });
  assert.equal(value, undefined);
  assert.deepEqual(report.totals, { passed: 0, failed: 1, skipped: 0 });
  assert.deepEqual(lines, ["  FAILED  the upload is right", "          missing:", "            a.ts"]);
  assert.equal(report.summary().at(-1), "0 passed, 1 failed");
});

Deno.test("a rejected promise is a failed check too", async () => {
  const { report } = collect();
  await report.check("later", () => Promise.reject("no"));
  assert.equal(report.totals.failed, 1);
});

Deno.test("a check that holds is counted and hands on its value", async () => {
  const { report, lines } = collect();
  assert.equal(await report.check("it holds", () => Promise.resolve(7)), 7);
  assert.deepEqual(lines, ["  ok      it holds"]);
  assert.equal(report.summary().at(-1), "1 passed, 0 failed");
});

Deno.test("every skip is said again before the counts", () => {
  const { report } = collect();
  report.skip("db lint", "the extension is missing");
  assert.deepEqual(report.summary(), [
    "skipped: db lint: the extension is missing",
    "0 passed, 0 failed, 1 skipped",
  ]);
});
