import assert from "node:assert/strict";
import postgres from "postgres";
import { pickAccount } from "../../../dev/postgres/account.ts";
import { hasRoom, memoryFolder } from "../../../dev/postgres/memory.ts";
import { startPostgres } from "../../../dev/postgres.ts";

const quiet = { report: () => {} };

async function query(url: string, text: string): Promise<unknown> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return (await sql.unsafe(text))[0]?.answer;
  } finally {
    await sql.end();
  }
}

Deno.test("a server does not wait for the disk unless told to, and takes settings", async () => {
  await using fast = await startPostgres({ ...quiet, settings: { work_mem: "7MB" } });
  assert.equal(await query(fast.url, "select current_setting('fsync') as answer"), "off");
  assert.equal(await query(fast.url, "select current_setting('work_mem') as answer"), "7MB");
  assert.equal(
    await query(fast.url, "select current_setting('server_version_num')::int / 10000 as answer"),
    17,
  );
  await using durable = await startPostgres({ ...quiet, fsync: true });
  const settings = "concat_ws(' ', current_setting('fsync'), current_setting('synchronous_commit'))";
  assert.equal(await query(durable.url, `select ${settings} as answer`), "on on");
  assert.notEqual(fast.port, durable.port);
});

Deno.test("data nobody asked to keep lie in memory where there is room, and leave with the server", async () => {
  const memory = await memoryFolder();
  const throwAway = await startPostgres(quiet);
  const data = throwAway.dataDirectory;
  assert.equal(await query(throwAway.url, "select current_setting('data_directory') as answer"), data);
  assert.equal(data.startsWith(`${memory}/plane-odoo-postgres-`), memory !== undefined);
  await throwAway.stop();
  await assert.rejects(Deno.stat(data.replace(/\/data$/, "")), Deno.errors.NotFound);
  await using durable = await startPostgres({ ...quiet, fsync: true });
  assert.ok(!durable.dataDirectory.startsWith("/dev/shm/"));
});

Deno.test("a memory file system counts with two gibibytes free, and a disk never", () => {
  const line = (name: string, free: number) =>
    `Filesystem 1024-blocks Used Available Capacity Mounted on\n${name} 9999999 1 ${free} 1% /dev/shm\n`;
  assert.equal(hasRoom(line("tmpfs", 2_097_152)), true);
  assert.equal(hasRoom(line("shm", 2_097_152)), true);
  assert.equal(hasRoom(line("tmpfs", 2_097_151)), false);
  assert.equal(hasRoom(line("/dev/vda", 9_999_999)), false);
  assert.equal(hasRoom(""), false);
});

Deno.test("what was committed is there after a kill and after a restart, at the same address", async () => {
  await using server = await startPostgres({ ...quiet, fsync: true });
  const { url, pid } = server;
  await query(url, "create table kept as select 42 as answer");
  await server.kill();
  assert.throws(() => server.pid, /not running/);
  await assert.rejects(query(url, "select 1"));
  await server.start();
  assert.equal(server.url, url);
  assert.notEqual(server.pid, pid);
  assert.equal(await query(url, "select answer from kept"), 42);
  await server.restart();
  assert.equal(await query(url, "select answer from kept"), 42);
});

Deno.test("a given data folder stays and can be started again", async () => {
  const parent = await Deno.makeTempDir();
  try {
    await Deno.chmod(parent, 0o755);
    const dataDirectory = `${parent}/data`;
    {
      await using first = await startPostgres({ ...quiet, dataDirectory });
      await query(first.url, "create table kept as select 'here' as answer");
    }
    await using second = await startPostgres({ ...quiet, dataDirectory });
    assert.equal(await query(second.url, "select answer from kept"), "here");
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("as root the server runs as nobody, or as postgres where nobody has no usable ids", () => {
  const root = "root:x:0:0:root:/root:/bin/sh";
  const postgresUser = "postgres:x:101:104::/var/lib/postgresql:/bin/bash";
  const nobody = "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin";
  assert.deepEqual(pickAccount([root, postgresUser, nobody, ""].join("\n")), { uid: 65534, gid: 65534 });
  assert.deepEqual(pickAccount([root, "nobody:*:-2:-2::/:/bin/false", postgresUser].join("\n")), {
    uid: 101,
    gid: 104,
  });
  assert.equal(pickAccount(root), undefined);
});
