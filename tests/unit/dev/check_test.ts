import assert from "node:assert/strict";
import { findDeadCode } from "../../../dev/check/dead_code.ts";
import { readModule } from "../../../dev/check/modules.ts";
import { checkText } from "../../../dev/check/text_rules.ts";

Deno.test("every form of export is read with its line, types apart from values", () => {
  const source = `export const a = 1;
export async function b() {}
export interface C {
  export: string;
}
export type D = C;
export abstract class E {}
export { f, g as h };
export type { I } from "./i.ts";
const text = \`
  export const notThis = 1;
\`;`;
  const { exports, imports } = readModule(source);
  assert.deepEqual(exports.map(({ name, line, isType }) => `${name} ${line} ${isType ? "type" : "value"}`), [
    ...["a 1 value", "b 2 value", "C 3 type", "D 6 type", "E 7 value"],
    ...["f 8 value", "h 8 value", "I 9 type"],
  ]);
  assert.deepEqual(imports, [{ from: "./i.ts", names: ["I"] }]);
});

Deno.test("every form of import is read with the names of the other file", () => {
  const source = `import assert from "node:assert/strict";
import { one, type Two, three as drei } from "./a.ts";
import type { Four } from "./b.ts";
import * as all from "./c.ts";
import standard, {
  five,
  six,
} from "./d.ts";
import "./e.ts";
export * from "./f.ts";
const lazy = await import("./g.ts");`;
  assert.deepEqual(
    readModule(source).imports.map(({ from, names }) => `${from}: ${names.join(" ")}`).sort(),
    [
      "./a.ts: one Two three",
      "./b.ts: Four",
      "./c.ts: *",
      "./d.ts: default five six",
      "./e.ts: ",
      "./f.ts: *",
      "./g.ts: *",
      "node:assert/strict: default",
    ],
  );
});

/** The messages for a project of these files, which deno.json starts at dev/main.ts. */
function dead(files: Record<string, string>, awaited: string[] = [], packages: string[] = []): string[] {
  const project = {
    files: new Map(Object.entries(files)),
    starters: [`"deno run dev/main.ts"`],
    awaited,
    packages,
  };
  return findDeadCode(project).map(({ path, line, message }) => `${path}:${line} ${message}`);
}

Deno.test("an export is alive through another file's import, of whatever kind", () => {
  assert.deepEqual(
    dead({
      "dev/main.ts": `import { a } from "../shared/a.ts";\nimport * as b from "../shared/b.ts";\na(b);`,
      "shared/a.ts": `export { a } from "./inner/a.ts";`,
      "shared/inner/a.ts": `export const a = 1;`,
      "shared/b.ts": `export const b = 1;\nexport const c = 2;`,
    }),
    [],
  );
});

Deno.test("an export nobody imports is dead, or should not be exported", () => {
  const main = `import { used } from "../shared/a.ts";\nused();`;
  const a = `/** local and dead are words here. */
export const dead = 1;
export const local = 2;
export interface Described {}
export function used(_: Described) {
  return local;
}`;
  assert.deepEqual(dead({ "dev/main.ts": main, "shared/a.ts": a }), [
    "shared/a.ts:2 dead: nobody uses it",
    "shared/a.ts:3 local: exported, but only this file uses it",
  ]);
});

Deno.test("deployed code that only tests use is dead; code for development may be there for tests", () => {
  const files = {
    "dev/main.ts": `import "./tool.ts";\nimport "../shared/a.ts";`,
    "dev/tool.ts": `export const tool = 1;`,
    "shared/a.ts": `export const inner = 1;\nexport const only = 2;\nexport const sum = () => inner;\n`,
    "tests/a_test.ts":
      `import { inner, only, sum } from "../shared/a.ts";\nimport { tool } from "../dev/tool.ts";`,
  };
  assert.deepEqual(dead(files), [
    "shared/a.ts:2 only: only tests use it",
    "shared/a.ts:3 sum: only tests use it",
  ]);
  assert.deepEqual(dead(files, ["shared/a.ts#only", "shared/a.ts#sum", "shared/a.ts#inner"]), [
    "dev/check.ts:1 shared/a.ts#inner is not awaited any more",
  ]);
});

Deno.test("a file is alive when it is imported, started by its path, a test or a function's door", () => {
  assert.deepEqual(
    dead({
      "dev/main.ts":
        `const program = new URL("./program.ts", import.meta.url);\nconst other = \`\${root}dev/other.ts\`;`,
      "dev/program.ts": "",
      "dev/other.ts": "",
      "dev/left.ts": "",
      "tests/a_test.ts": "",
      "supabase/functions/plane-sync/index.ts": "",
    }),
    ["dev/left.ts:1 no other file uses this file"],
  );
});

Deno.test("a package nobody imports is reported, one used by its subpath or for its types is not", () => {
  const main = `import { a } from "one/sub";\n// @ts-types="@types/two"\nimport two from "two";\na(two);`;
  assert.deepEqual(dead({ "dev/main.ts": main }, [], ["one/sub", "two", "@types/two", "three"]), [
    "deno.json:1 three: no file imports it",
  ]);
});

Deno.test("texts may not name a package registry or one machine's folders", () => {
  const host = ["registry", "npmjs", "org"].join(".");
  const lines = [
    "fine",
    `see https://${host}/x`,
    `path "/${"home"}/me/project"`,
    `https://plane.example/${"work"}/x`,
  ];
  assert.deepEqual(checkText("docs/a.md", lines.join("\n")), [
    { path: "docs/a.md", line: 2, message: `names the package registry ${host}` },
    { path: "docs/a.md", line: 3, message: "names a folder of one machine: /home/" },
  ]);
});

Deno.test("a source file has at most 400 lines and does not silence the linter", () => {
  const lines = (count: number) => "x\n".repeat(count);
  assert.deepEqual(checkText("shared/a.ts", lines(400)), []);
  assert.equal(checkText("shared/a.ts", lines(401))[0]?.message, "401 lines, at most 400 are allowed");
  assert.deepEqual(checkText("docs/a.md", lines(401)), []);
  assert.equal(
    checkText("shared/a.ts", `// ${"deno-lint"}-ignore no-explicit-any`)[0]?.message,
    "silences the linter",
  );
});
