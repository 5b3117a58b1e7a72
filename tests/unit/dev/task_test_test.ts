import assert from "node:assert/strict";
import { ROOT } from "../../../dev/root.ts";
import { eventually } from "../../support/eventually.ts";

const RUNNER = `${ROOT}dev/test.ts`;

/** A folder that everybody may enter, for test files and as the place of temporary files; removed afterwards. */
async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.chmod(folder, 0o755);
    await Deno.mkdir(`${folder}/temporary`, { mode: 0o755 });
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function command(args: string[], folder: string, env: Record<string, string> = {}): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", RUNNER, ...args],
    env: { TMPDIR: `${folder}/temporary`, NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs test files without a database server; gives the exit code and the last line. */
async function run(
  folder: string,
  source: string,
  ...args: string[]
): Promise<[code: number, lastLine: string]> {
  await Deno.writeTextFile(`${folder}/sample_test.ts`, source);
  const env = { TEST_POSTGRES_URL: "postgresql://nobody@127.0.0.1:1/none" };
  const { code, stdout } = await command([`${folder}/sample_test.ts`, ...args], folder, env).output();
  return [code, new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1) ?? ""];
}

Deno.test("the last line counts and the exit code tells", async () => {
  await withFolder(async (folder) => {
    const passing = `Deno.test("passes", async (t) => void await t.step("step", () => {}));`;
    const failing = `Deno.test("fails", () => { throw new Error("no"); });`;
    const skipped = `Deno.test.ignore("skipped", () => {});`;
    assert.deepEqual(await run(folder, passing), [0, "1 passed, 0 failed"]);
    assert.deepEqual(await run(folder, passing + failing + skipped), [1, "1 passed, 1 failed, 1 skipped"]);
    assert.deepEqual(await run(folder, passing + failing, "--filter", "passes"), [
      0,
      "1 passed, 0 failed, 1 skipped",
    ]);
    assert.deepEqual(await run(folder, `${passing} const wrong: number = "type";`), [
      1,
      "0 passed, 1 failed",
    ]);
    assert.deepEqual(await run(folder, `${passing} throw new Error("while loading");`), [
      1,
      "0 passed, 1 failed",
    ]);
    assert.deepEqual(await run(folder, `Deno.test("leaks", () => void setTimeout(() => {}, 1e6));`), [
      1,
      "0 passed, 1 failed",
    ]);
    assert.deepEqual(await run(folder, ""), [1, "0 passed, 0 failed"]);
    assert.deepEqual([...Deno.readDirSync(`${folder}/temporary`)], []);
  });
});

Deno.test("an interrupted run ends its tests and its server and leaves nothing", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/waiting_test.ts`,
      `Deno.test("waits", async () => {
        await Deno.writeTextFile("${folder}/pid", String(Deno.pid));
        await new Promise((resolve) => setTimeout(resolve, 600_000));
      });`,
    );
    const child = command([`${folder}/waiting_test.ts`], folder).spawn();
    const output = Promise.all([child.stdout.text(), child.stderr.text()]);
    const readPid = () => Deno.readTextFile(`${folder}/pid`).then(Number, () => 0);
    await eventually("the test runs", async () => await readPid() > 0);
    const pid = await readPid();
    child.kill("SIGTERM");
    assert.equal((await child.status).code, 143);
    await output;
    assert.throws(() => Deno.kill(pid, "SIGCONT"));
    assert.deepEqual([...Deno.readDirSync(`${folder}/temporary`)], []);
  });
});
