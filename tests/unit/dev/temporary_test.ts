import assert from "node:assert/strict";
import { makeTemporaryFolder, removeStaleFolders } from "../../../dev/temporary.ts";

/** The id of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = new Deno.Command("true").spawn();
  await child.status;
  return child.pid;
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

Deno.test("only folders of the same kind whose owner has ended are swept, after they were released", async () => {
  const parent = await Deno.makeTempDir();
  try {
    const dead = await deadPid();
    const stale = `${parent}/plane-odoo-sweep-${dead}-a`;
    const kept = [
      `${parent}/plane-odoo-sweep-${Deno.pid}-b`,
      `${parent}/plane-odoo-other-${dead}-c`,
      `${parent}/somebody-elses-${dead}-d`,
    ];
    for (const path of [stale, ...kept]) await Deno.mkdir(`${path}/data`, { recursive: true });
    const released: string[] = [];
    await removeStaleFolders("sweep", `${parent}/mine`, async (path) => {
      released.push(path);
      assert.ok(await exists(path));
    });
    assert.deepEqual(released, [stale]);
    assert.deepEqual(await Promise.all([stale, ...kept].map(exists)), [false, true, true, true]);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("a temporary folder can be removed twice and while it has contents", async () => {
  const folder = await makeTemporaryFolder("removal");
  await Deno.writeTextFile(`${folder.path}/file`, "contents");
  await folder.remove();
  assert.equal(await exists(folder.path), false);
  await folder.remove();
});
