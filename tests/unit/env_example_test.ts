/** `.env.example` and what the code reads are the same list. */
import assert from "node:assert/strict";
import { sourceFiles } from "../../dev/source_files.ts";
import { readConfig, VARIABLES } from "../../shared/config.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const lines = (await Deno.readTextFile(`${ROOT}.env.example`)).split("\n");
const variables = new Map(
  lines.flatMap((line) => {
    const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  }),
);
const configured = Object.values(VARIABLES).flat();
const DATABASE_URL = "postgres://postgres@127.0.0.1/postgres";

Deno.test("every line is a comment, a variable or empty", () => {
  assert.deepEqual(lines.filter((line) => !/^(#.*|[A-Z][A-Z0-9_]*=.*|)$/.test(line)), []);
});

Deno.test("every variable the functions read is there, and each that is there is read by somebody", async () => {
  const elsewhere = await readByDevelopment();
  assert.deepEqual([...variables.keys()].sort(), [...configured, ...elsewhere].sort());
});

Deno.test("every variable is explained by a comment above it, alone or with the ones beside it", () => {
  const unexplained = lines.filter((line, index) => {
    if (!/^[A-Z]/.test(line)) return false;
    let above = index - 1;
    while (/^[A-Z]/.test(lines[above] ?? "")) above -= 1;
    return !/^# \S/.test(lines[above] ?? "") || /^# ----/.test(lines[above] ?? "");
  });
  assert.deepEqual(unexplained, []);
});

Deno.test("an unchanged copy changes nothing: what has a value there is the default", () => {
  const environment = Object.fromEntries(variables);
  assert.deepEqual(readConfig({ ...environment, DATABASE_URL }), readConfig({ DATABASE_URL }));
});

Deno.test("every default is shown", () => {
  const defaults: Record<string, unknown> = readConfig({ DATABASE_URL });
  for (const [setting, [name]] of Object.entries(VARIABLES)) {
    const value = defaults[setting];
    if (typeof value !== "number" && (typeof value !== "string" || setting === "databaseUrl")) continue;
    assert.equal(variables.get(name ?? ""), String(value), name);
  }
});

/** Variables of tests and local servers: those that only they have names for. */
async function readByDevelopment(): Promise<string[]> {
  const found = new Set<string>();
  const paths = [...await sourceFiles(ROOT, ["dev/", "tests/"]), "dev/odoo19.sh"];
  for (const path of paths.filter((each) => !import.meta.url.endsWith(each))) {
    const text = await Deno.readTextFile(`${ROOT}${path}`);
    for (const [name] of text.matchAll(/\b(PLANE_LIVE|TEST|ODOO19)_[A-Z][A-Z_]*\b/g)) found.add(name);
  }
  return [...found];
}
