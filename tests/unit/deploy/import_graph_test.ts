import assert from "node:assert/strict";
import { foreignModules, localFiles, readModules } from "../../../dev/deploy/import_graph.ts";

const modules = [
  { specifier: "file:///repository/supabase/functions/hello/index.ts" },
  { specifier: "file:///repository/shared/a%20b.ts" },
  { specifier: "npm:/hono@4.0.0" },
  { specifier: "node:crypto" },
];

Deno.test("the local files of a graph are paths in the repository; packages and node's modules are none", () => {
  assert.deepEqual(localFiles({ modules }, "/repository"), [
    "shared/a b.ts",
    "supabase/functions/hello/index.ts",
  ]);
});

Deno.test("what comes from elsewhere is listed without node's own modules", () => {
  const web = { specifier: "https://example.org/a.ts" };
  assert.deepEqual(foreignModules({ modules: [...modules, web] }), [web.specifier, "npm:/hono@4.0.0"]);
});

Deno.test("a file outside the repository is refused, also one beside it with a longer name", () => {
  for (const specifier of ["file:///elsewhere/a.ts", "file:///repository-old/a.ts"]) {
    assert.throws(() => localFiles({ modules: [{ specifier }] }, "/repository"), /outside the repository/);
  }
});

Deno.test("a module that does not resolve is refused", () => {
  const broken = { specifier: "file:///repository/gone.ts", error: "Module not found" };
  assert.throws(() => localFiles({ modules: [broken] }, "/repository"), /gone\.ts: Module not found/);
});

Deno.test("type imports, re-exports and dynamic imports of a literal are followed; an unused neighbour is not", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir());
  try {
    const files: Record<string, string> = {
      "deno.json": "{}",
      "entry.ts": 'import type { A } from "./type.ts";\nexport * from "./again.ts";\n' +
        'export const a: A = 1;\nexport const later = () => import("./later.ts");\n',
      "type.ts": "export type A = number;\n",
      "again.ts": "export const b = 1;\n",
      "later.ts": "export const c = 1;\n",
      "unused.ts": "export const d = 1;\n",
    };
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${root}/${name}`, text);
    const found = localFiles(await readModules(root, "entry.ts"), root);
    assert.deepEqual(found, ["again.ts", "entry.ts", "later.ts", "type.ts"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
