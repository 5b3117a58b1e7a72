/** The simulator's store keeps the contract of the engine's store, and answers as PostgreSQL does. */
import assert from "node:assert/strict";
import { syncStoreContract, syncStoresAgree } from "../contract/sync_store_contract.ts";
import { openSqlStoreWorld } from "../support/sql_store_world.ts";
import { openMemoryStoreWorld } from "./memory/store_world.ts";

syncStoreContract("the memory store", openMemoryStoreWorld);
syncStoresAgree("the memory store and PostgreSQL", openSqlStoreWorld, openMemoryStoreWorld, { runs: 30 });

Deno.test("the memory store begins with the configuration of a new database", async () => {
  await using sql = await openSqlStoreWorld();
  await using memory = await openMemoryStoreWorld();
  for (const type of ["project", "issue", "issue_comment", "cycle", "module"]) {
    const key = { side: "plane", type, id: "a" } as const;
    const [expected, actual] = [await sql.store.readPair(key), await memory.store.readPair(key)];
    assert.deepEqual(actual.configs, expected.configs, type);
  }
});
