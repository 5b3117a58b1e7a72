import { startSandboxOdoo } from "../../dev/sandbox/odoo/server.ts";
import { ODOO_CONTRACT } from "./odoo_contract.ts";
import { odooUnderTest } from "./odoo/under_test.ts";

for (const protocol of ["json2", "jsonrpc"] as const) {
  for (const [behaviour, run] of ODOO_CONTRACT) {
    Deno.test(`sandbox Odoo over ${protocol}: ${behaviour}`, async () => {
      const sandbox = await startSandboxOdoo();
      try {
        await run(odooUnderTest(sandbox, protocol));
      } finally {
        await sandbox.close();
      }
    });
  }
}
