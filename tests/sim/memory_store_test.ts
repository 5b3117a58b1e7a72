/** The simulator's store keeps the contract of the engine's store, and answers as PostgreSQL does. */
import { syncStoreContract, syncStoresAgree } from "../contract/sync_store_contract.ts";
import { openSqlStoreWorld } from "../support/sql_store_world.ts";
import { openMemoryStoreWorld } from "./memory/store_world.ts";

syncStoreContract("the memory store", openMemoryStoreWorld);
syncStoresAgree("the memory store and PostgreSQL", openSqlStoreWorld, openMemoryStoreWorld, { runs: 30 });
