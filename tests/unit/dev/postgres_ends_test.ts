import assert from "node:assert/strict";
import { ROOT } from "../../../dev/root.ts";
import { isRunning } from "../../../dev/is_running.ts";
import { eventually } from "../../support/eventually.ts";

const PROGRAM = `${ROOT}tests/support/programs/run_postgres.ts`;

interface Started {
  readonly child: Deno.ChildProcess;
  readonly server: { pid: number; port: number; folders: string[] };
}

/** Starts the program and waits until its server is ready. */
async function start(then: string): Promise<Started> {
  return await readyChild(Deno.execPath(), ["run", "-A", PROGRAM, then]);
}

async function readyChild(program: string, args: string[]): Promise<Started> {
  const child = new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.endsWith("\n")) break;
  }
  return { child, server: JSON.parse(text) };
}

async function assertNothingLeft(server: Started["server"]): Promise<void> {
  await eventually("the server has ended", () => !isRunning(server.pid) || isZombie(server.pid));
  for (const folder of server.folders) {
    await eventually(`${folder} is gone`, () => Deno.stat(folder).then(() => false, () => true));
  }
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port: server.port }));
}

/** In a container without an init process nobody takes note of an orphan's end. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

for (const [then, code] of [["return", 3], ["throw", 1], ["reject", 1]] as const) {
  Deno.test(`nothing is left of a server when its program ends by: ${then}`, async () => {
    const { child, server } = await start(then);
    assert.equal((await child.status).code, code);
    await assertNothingLeft(server);
  });
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGKILL", 137]] as const) {
  Deno.test(`nothing is left of a server when its program gets ${signal}`, async () => {
    const { child, server } = await start("wait");
    assert.ok(isRunning(server.pid));
    child.kill(signal);
    assert.equal((await child.status).code, code);
    await assertNothingLeft(server);
  });
}

Deno.test("nothing is left of a server when what launched its program is ended by a signal", async () => {
  // The shell stands for npx; with a second command it stays, and passes no signal on.
  const launcher = `'${Deno.execPath()}' run -A '${PROGRAM}' wait; true`;
  const { child, server } = await readyChild("sh", ["-c", launcher]);
  child.kill("SIGTERM");
  await child.status;
  await assertNothingLeft(server);
});

Deno.test("a server that cannot start fails with its own words and leaves nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.chmod(folder, 0o755);
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", PROGRAM, "fail"],
      env: { TMPDIR: folder },
    }).output();
    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stderr), /unrecognized configuration parameter "no_such_setting"/);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
