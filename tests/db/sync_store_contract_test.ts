/** PostgreSQL keeps the contract of the engine's store, and two databases answer alike: the same script, the same answers. */
import { syncStoreContract, syncStoresAgree } from "../contract/sync_store_contract.ts";
import { openSqlStoreWorld } from "../support/sql_store_world.ts";

syncStoreContract("the store in PostgreSQL", openSqlStoreWorld);
syncStoresAgree("two stores in PostgreSQL", openSqlStoreWorld, openSqlStoreWorld, { runs: 15 });
