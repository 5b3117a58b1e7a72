/** Registry, `.env.example`, code, migrations and docs/secrets.md say the same. */
import assert from "node:assert/strict";
import { localFiles, readModules } from "../../../dev/deploy/import_graph.ts";
import { functionNames } from "../../../dev/deploy/working_copy.ts";
import { sourceFiles } from "../../../dev/source_files.ts";
import { VARIABLES } from "../../../shared/config.ts";
import { findSecrets } from "../../support/secret_shapes.ts";
import { readExample } from "./env_example.ts";
import { readProject, readRegistry } from "./registry.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const registry = await readRegistry();
const entries = Object.entries(registry.secrets);
const example = readExample(await readProject(".env.example"));

/** What a variable is called when it holds a secret. Wider than needed: what it hits wrongly is listed as no secret. */
const SOUNDS_SECRET = /KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL|JWK|DB_URL|DATABASE_URL|CLIENT_ID/;

Deno.test("every variable that sounds like a secret is registered, or said to be none", () => {
  const registered = new Set(entries.flatMap(([, { variables = [] }]) => variables));
  const missing = Object.values(VARIABLES).flat()
    .filter((name) => SOUNDS_SECRET.test(name))
    .filter((name) => !registered.has(name) && !Object.hasOwn(registry.not_secret, name));
  assert.deepEqual(missing, []);
});

Deno.test("every registered variable is one the code reads, with all its names", () => {
  const known = Object.values(VARIABLES).map((names) => names.join());
  for (const [name, { variables }] of entries) {
    if (variables !== undefined) assert(known.includes(variables.join()), `${name}: ${variables}`);
  }
  const all = new Set(Object.values(VARIABLES).flat());
  assert.deepEqual(Object.keys(registry.not_secret).filter((name) => !all.has(name)), []);
});

Deno.test("no variable stands in .env.example twice", () => {
  const names = example.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
});

Deno.test(".env.example names the registry's entry of each secret and has no value for it", () => {
  for (const { name, explanation, value } of example) {
    const named = /^Secret: ([a-z_]+)\./.exec(explanation)?.[1];
    const entry = entries.find(([, { variables }]) => variables?.includes(name))?.[0];
    assert.equal(named, entry, name);
    if (entry !== undefined) assert.equal(value, "", name);
  }
});

Deno.test("what the platform provides has no value and is said to be its: it refuses such names", () => {
  const provided = example.filter(({ name }) => name.startsWith("SUPABASE_"));
  assert(provided.length > 0);
  for (const { name, value, explanation } of provided) {
    assert.equal(value, "", name);
    assert.match(explanation, /Set by the platform/, name);
  }
});

Deno.test("each secret of the environment is read by exactly the functions that are registered", async () => {
  const config = await readProject("shared/config.ts");
  const readers = new Map<string, string[]>();
  for (const name of await functionNames(ROOT)) {
    const graph = await readModules(ROOT.slice(0, -1), `supabase/functions/${name}/index.ts`);
    const paths = localFiles(graph, ROOT.slice(0, -1)).filter((path) => path !== "shared/config.ts");
    const text = (await Promise.all(paths.map(readProject))).join("\n");
    for (const [setting, names] of Object.entries(VARIABLES)) {
      // Read by its name, or through a function of config.ts that reads it.
      const through = [...config.matchAll(/^export function (\w+)[\s\S]*?^}/gm)]
        .filter(([body]) => new RegExp(`config\\.${setting}\\b`).test(body)).map(([, called]) => called);
      const words = new RegExp(`\\b(${[setting, ...through].join("|")})\\b`);
      if (words.test(text)) readers.set(names.join(), [...readers.get(names.join()) ?? [], name]);
    }
  }
  for (const [name, { variables, read_by }] of entries) {
    if (variables === undefined) continue;
    assert.deepEqual([...read_by].sort(), readers.get(variables.join()), name);
  }
});

Deno.test("the other secrets are read by functions that exist, or by pg_cron", async () => {
  const known = [...await functionNames(ROOT), "pg_cron"];
  for (const [name, { read_by }] of entries) {
    assert.deepEqual(read_by.filter((reader) => !known.includes(reader)), [], name);
  }
});

Deno.test("only the doors read the environment", async () => {
  const readers: string[] = [];
  for (const path of await sourceFiles(ROOT, ["shared/", "supabase/functions/"])) {
    const code = (await readProject(path)).replaceAll(/^\s*(\/?\*|\/\/).*$/gm, "");
    const isDoor = /^supabase\/functions\/[^/]+\/index\.ts$/.test(path);
    if (!isDoor && /Deno\.env|process\.env/.test(code)) readers.push(path);
  }
  assert.deepEqual(readers, []);
});

Deno.test("the Vault secrets are those the migrations read", async () => {
  const used = new Set<string>();
  for await (const { name } of Deno.readDir(`${ROOT}supabase/migrations`)) {
    const text = await readProject(`supabase/migrations/${name}`);
    // One function reads Vault; who calls it names the two secrets.
    for (const [, url = "", key = ""] of text.matchAll(/plane\.ask_function\('(\w+)', '(\w+)',/g)) {
      used.add(url).add(key);
    }
    const reads = [...text.matchAll(/from vault\.decrypted_secrets/g)].length;
    const recognised =
      [...text.matchAll(/vault\.decrypted_secrets where name = \$1' into \w+ using p_(url|key)_secret/g)]
        .length;
    assert.equal(reads, recognised, `${name} reads Vault in a way this test does not know`);
  }
  assert.deepEqual(entries.flatMap(([, { vault }]) => vault ?? []).sort(), [...used].sort());
});

Deno.test("docs/secrets.md has a chapter for every secret and for nothing else", async () => {
  const page = await readProject("docs/secrets.md");
  const chapters = [...page.matchAll(/^### (.+)$/gm)].flatMap(([, title = ""]) => title.split(", "));
  assert.deepEqual(chapters.sort(), Object.keys(registry.secrets).sort());
});

Deno.test("no text for readers holds anything that looks like a secret", async () => {
  const paths = [
    ".env.example",
    "ssot/secrets/registry.yaml",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
  ];
  for await (const { name, isFile } of Deno.readDir(`${ROOT}docs`)) if (isFile) paths.push(`docs/${name}`);
  for (const path of paths) assert.deepEqual(findSecrets(await readProject(path)), [], path);
});
