import { startSandboxOdoo } from "../../dev/sandbox/odoo/server.ts";
import { ODOO_CONTRACT } from "./odoo_contract.ts";
import { odooUnderTest } from "./odoo/under_test.ts";

for (const protocol of ["json2", "jsonrpc"] as const) {
  for (const [behaviour, run] of ODOO_CONTRACT) {
    Deno.test(`sandbox Odoo over ${protocol}: ${behaviour}`, async () => {
      // A clock that moves with every look at it, so that nothing has to wait for the next second.
      let now = Date.UTC(2026, 0, 31, 10);
      const sandbox = await startSandboxOdoo({ now: () => now += 50 });
      try {
        await run(odooUnderTest(sandbox, protocol));
      } finally {
        await sandbox.close();
      }
    });
  }
}
