/** `.ci/run` with stand-ins for its parts: what it counts, what it calls a failure, and how it ends. */
import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";

const SCRIPT = new URL("../../../.ci/run", import.meta.url);

interface Part {
  output: string;
  code?: number;
}

const GOOD: Record<string, Part> = {
  check: { output: "check ok" },
  test: { output: "ok | 12 passed | 0 failed (2s)\n12 passed, 0 failed" },
  demo: { output: "demo ok: one task" },
  "deploy:check": { output: "9 passed, 0 failed" },
  "test:live": { output: "url $ODOO_URL key $ODOO_API_KEY\n5 passed, 0 failed" },
};
const ODOO_UP: Part = { output: "ODOO_URL=http://127.0.0.1:1\nODOO_API_KEY=abc" };

/** A copy of the script in a folder of its own, every command it would change the machine with replaced. */
async function prepare(root: string, parts: Record<string, Part>, odoo: Part): Promise<Deno.Command> {
  for (const folder of [".ci", "dev", "bin", "tests/live"]) {
    await Deno.mkdir(`${root}/${folder}`, { recursive: true });
  }
  await Deno.copyFile(SCRIPT, `${root}/.ci/run`);
  await Deno.writeTextFile(`${root}/tests/live/one_test.ts`, "");
  const cases = Object.entries({ ...GOOD, ...parts }).map(([task, part]) => `${task}) ${body(part)} ;;`);
  // Called as: npx -y deno@VERSION task NAME ...
  await program(`${root}/bin/npx`, `case $4 in\n${cases.join("\n")}\nesac`);
  await program(`${root}/bin/dpkg`, "exit 0");
  await program(`${root}/bin/id`, "echo 0");
  await program(`${root}/bin/curl`, "exit 22");
  await program(
    `${root}/dev/odoo19.sh`,
    `case $1 in\nup) ${body(odoo)} ;;\ndown) touch ${root}/down ;;\nesac`,
  );
  return new Deno.Command("bash", {
    args: [`${root}/.ci/run`],
    env: { PATH: `${root}/bin:${Deno.env.get("PATH") ?? ""}`, ODOO_URL: "", TMPDIR: root },
    stdout: "piped",
    stderr: "inherit",
  });
}

async function withFolder(use: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await use(root);
    assert.ok(await Deno.stat(`${root}/down`), "Odoo was stopped");
    const left = [...Deno.readDirSync(root)].filter(({ name }) => name.startsWith("tmp."));
    assert.deepEqual(left, [], "nothing is left of its temporary folder");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function run(
  parts: Record<string, Part>,
  odoo: Part = ODOO_UP,
): Promise<{ lines: string[]; code: number }> {
  let lines: string[] = [];
  let code = -1;
  await withFolder(async (root) => {
    const output = await (await prepare(root, parts, odoo)).output();
    lines = new TextDecoder().decode(output.stdout).trimEnd().split("\n");
    code = output.code;
  });
  return { lines, code };
}

function body({ output, code = 0 }: Part): string {
  return `cat <<END\n${output}\nEND\nexit ${code}`;
}

async function program(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, `#!/bin/bash\n${text}\n`, { mode: 0o755 });
}

const shows = (lines: string[], text: string) => lines.some((line) => line.includes(text));

// Process groups and time limits as used there are a Linux thing, as is Odoo's installation.
if (Deno.build.os === "linux") {
  Deno.test("the counts of all parts are added up in the one last line; parts without counts count as one", async () => {
    const { lines, code } = await run({});
    assert.equal(lines.at(-1), "28 passed, 0 failed");
    assert.equal(code, 0);
    assert.equal(lines.filter((line) => /^\d+ passed/.test(line)).length, 1);
    assert.ok(
      shows(lines, "live | url http://127.0.0.1:1 key abc"),
      "the live tests got the Odoo that was started",
    );
  });

  Deno.test("failed tests fail the run and are named before the last line", async () => {
    const { lines, code } = await run({ test: { output: "11 passed, 2 failed", code: 1 } });
    assert.equal(lines.at(-1), "27 passed, 2 failed");
    assert.ok(shows(lines.slice(-3, -1), "failed: 2 in test"));
    assert.equal(code, 1);
  });

  const hidden: [string, Record<string, Part>, string, string][] = [
    [
      "ends badly after good counts",
      { test: { output: "12 passed, 0 failed", code: 1 } },
      "28 passed, 1 failed",
      "test",
    ],
    ["says nothing of what it ran", { "deploy:check": { output: "done" } }, "19 passed, 1 failed", "deploy"],
    ["ran no test", { "test:live": { output: "0 passed, 0 failed" } }, "23 passed, 1 failed", "live"],
    ["only has an exit code", { demo: { output: "demo ok", code: 3 } }, "27 passed, 1 failed", "demo"],
  ];
  for (const [what, parts, last, name] of hidden) {
    Deno.test(`a part that ${what} is a failure of its own`, async () => {
      const { lines, code } = await run(parts);
      assert.equal(lines.at(-1), last);
      assert.ok(shows(lines, `failed: ${name}`));
      assert.equal(code, 1);
    });
  }

  Deno.test("an Odoo that cannot be installed is told loudly, and its tests count as skipped", async () => {
    const { lines, code } = await run({}, { output: "", code: 75 });
    assert.equal(lines.at(-1), "23 passed, 0 failed, 1 skipped");
    assert.ok(shows(lines, "NO LIVE TEST RUNS"));
    assert.ok(shows(lines.slice(-2, -1), "skipped: live: tests/live/one_test.ts"));
    assert.equal(code, 0);
  });

  Deno.test("an Odoo that fails in any other way fails the run", async () => {
    const { lines, code } = await run({}, { output: "", code: 1 });
    assert.equal(lines.at(-1), "23 passed, 1 failed");
    assert.equal(code, 1);
  });

  Deno.test("what a part skipped is listed by name before the last line", async () => {
    const output = "skipped: db lint: the extension is missing\n8 passed, 0 failed, 1 skipped";
    const { lines, code } = await run({ "deploy:check": { output } });
    assert.equal(lines.at(-1), "27 passed, 0 failed, 1 skipped");
    assert.ok(shows(lines.slice(-2, -1), "skipped: deploy: db lint: the extension is missing"));
    assert.equal(code, 0);
  });

  Deno.test("where packages come from is not shown", async () => {
    const { lines } = await run({
      check: { output: "Download https://packages.example/a\nerror https://mirror.example/b\nchecked" },
    });
    assert.ok(shows(lines, "check | checked"));
    assert.ok(shows(lines, "check | error https://.../b"));
    assert.ok(!shows(lines, ".example"));
  });

  Deno.test("an interrupted run ends what it has started, then itself", async () => {
    await withFolder(async (root) => {
      const endless = { output: "began $(sleep 300 >/dev/null & echo $!)\nEND\nsleep 300\ncat <<END" };
      const child = (await prepare(root, { check: endless }, ODOO_UP)).spawn();
      let output = "";
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        if (!/began \d+/.test(output) && /began \d+/.test(output + text)) child.kill("SIGTERM");
        output += text;
      }
      assert.equal((await child.status).code, 143);
      const sleeper = /began (\d+)/.exec(output)?.[1];
      await eventually("what the part had started is gone too", async () => {
        const state = await Deno.readTextFile(`/proc/${sleeper}/stat`).catch(() => "gone");
        return /^gone$|\) Z /.test(state);
      });
    });
  });
}
