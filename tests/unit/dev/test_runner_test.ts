import assert from "node:assert/strict";
import { readArguments } from "../../../dev/test/arguments.ts";
import { codeLines, readLcov } from "../../../dev/test/coverage.ts";
import { countTests, summaryLine } from "../../../dev/test/report.ts";

Deno.test("options and their values, paths and script arguments are told apart", () => {
  assert.deepEqual(
    readArguments([
      "--filter",
      "no loop",
      "--coverage",
      "tests/unit",
      "--fail-fast",
      "tests/db",
      "--",
      "--seed",
      "1",
    ]),
    {
      coverage: true,
      options: ["--filter", "no loop", "--fail-fast"],
      paths: ["tests/unit", "tests/db"],
      scriptArguments: ["--", "--seed", "1"],
    },
  );
  assert.deepEqual(readArguments(["--filter=x"]).options, ["--filter=x"]);
  assert.equal(readArguments(["--", "--coverage"]).coverage, false);
});

const junit = (...cases: string[]) =>
  `<testsuites><testsuite name="a" tests="9">${cases.join("\n")}</testsuite></testsuites>`;

Deno.test("tests are counted, their steps are not", () => {
  const report = junit(
    `<testcase name="one" line="1"></testcase>`,
    `<testcase name="a &gt; b is no step"/>`,
    `<testcase name="with steps"><failure message="1 failed step">at &lt;testcase name="x"&gt;</failure></testcase>`,
    `<testcase name="with steps &gt; step"><failure message="no"></failure></testcase>`,
    `<testcase name="with steps &gt; step &gt; inner"></testcase>`,
    `<testcase name="later"><skipped/></testcase>`,
  );
  assert.deepEqual(countTests(report), { passed: 2, failed: 1, skipped: 1 });
});

Deno.test("the same name in two files counts twice, and a missing or cut report counts nothing", () => {
  const report = junit(`<testcase name="one"/>`) + junit(`<testcase name="one"/>`);
  assert.equal(countTests(report).passed, 2);
  assert.deepEqual(countTests(""), { passed: 0, failed: 0, skipped: 0 });
  assert.deepEqual(countTests(report.slice(0, 60)), { passed: 0, failed: 0, skipped: 0 });
});

Deno.test("the last line names skipped tests only when there are any", () => {
  assert.equal(summaryLine({ passed: 12, failed: 0, skipped: 0 }), "12 passed, 0 failed");
  assert.equal(summaryLine({ passed: 12, failed: 1, skipped: 2 }), "12 passed, 1 failed, 2 skipped");
});

Deno.test("coverage counts the lines of deployed files only", () => {
  const lcov = [
    "SF:/p/shared/a.ts\nDA:1,1\nDA:2,0\nDA:3,12\nend_of_record",
    "SF:/p/dev/b.ts\nDA:1,1\nend_of_record",
    "SF:/p/supabase/functions/c/app.ts\nDA:1,0\nend_of_record",
  ].join("\n");
  assert.deepEqual(readLcov(lcov, "/p/"), [
    { path: "shared/a.ts", lines: 3, covered: 2 },
    { path: "supabase/functions/c/app.ts", lines: 1, covered: 0 },
  ]);
});

Deno.test("a file nobody loaded counts its lines of code, and none if it has only types", () => {
  assert.equal(codeLines("// why\nexport const a = 1;\n\n/* more\n text */\nfunction b() {\n}\n"), 3);
  assert.equal(codeLines("export interface A {\n  a: string;\n}\nexport type B = A;\n"), 0);
});
