import assert from "node:assert/strict";
import { createWorkingCopy, functionNames, MARKER } from "../../../dev/deploy/working_copy.ts";

async function withRepository(body: (root: string, scratch: string) => Promise<void>): Promise<void> {
  const scratch = await Deno.makeTempDir();
  try {
    const root = `${scratch}/root`;
    for (
      const folder of ["shared/http", "supabase/functions/hello", "supabase/migrations", "supabase/.temp"]
    ) {
      await Deno.mkdir(`${root}/${folder}`, { recursive: true });
    }
    await Deno.writeTextFile(`${root}/deno.json`, "{}");
    await Deno.writeTextFile(`${root}/README.md`, "not deployed");
    await Deno.writeTextFile(`${root}/supabase/functions/hello/index.ts`, "export {};");
    await Deno.writeTextFile(`${root}/supabase/migrations/1_first.sql`, "select 1;");
    await Deno.writeTextFile(`${root}/supabase/.temp/state`, "the CLI's own");
    await body(root, scratch);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("a working copy holds what a deployment can reach, and a planted .env and test in each folder", async () => {
  await withRepository(async (root, scratch) => {
    const copy = `${scratch}/copy`;
    await createWorkingCopy(root, copy);
    const planted = [".env", ".env.local", "PLANTED.md", "planted.test.ts", "planted.ts", "planted_test.ts"];
    assert.deepEqual(names(copy), [...planted, "deno.json", "shared", "supabase"].sort());
    assert.deepEqual(names(`${copy}/shared/http`), planted);
    assert.deepEqual(names(`${copy}/supabase/functions/hello`), [...planted, "index.ts"].sort());
    assert.ok((await Deno.readTextFile(`${copy}/shared/.env`)).includes(MARKER));
  });
});

Deno.test("nothing is planted among the migrations, and the original stays as it was", async () => {
  await withRepository(async (root, scratch) => {
    await createWorkingCopy(root, `${scratch}/copy`);
    assert.deepEqual(names(`${scratch}/copy/supabase/migrations`), ["1_first.sql"]);
    assert.deepEqual(names(`${root}/shared/http`), []);
    assert.deepEqual(names(root), ["README.md", "deno.json", "shared", "supabase"]);
  });
});

Deno.test("a function is a folder with an index.ts whose name does not begin with an underscore", async () => {
  await withRepository(async (root) => {
    for (const name of ["_shared", "empty"]) await Deno.mkdir(`${root}/supabase/functions/${name}`);
    await Deno.writeTextFile(`${root}/supabase/functions/_shared/index.ts`, "");
    assert.deepEqual(await functionNames(root), ["hello"]);
  });
});
