/** The sandboxes as the simulator uses them, without a socket, keep the same contracts. */
import { createSandboxOdoo } from "../../dev/sandbox/odoo/server.ts";
import { createSandboxPlane } from "../../dev/sandbox/plane/server.ts";
import { ODOO_CONTRACT } from "./odoo_contract.ts";
import { odooUnderTest } from "./odoo/under_test.ts";
import { planeContract } from "./plane_contract.ts";

/** Everything the suites send goes to this sandbox. */
async function reaching(sandbox: { fetch: typeof fetch }, run: () => Promise<void>): Promise<void> {
  const network = globalThis.fetch;
  globalThis.fetch = sandbox.fetch;
  try {
    await run();
  } finally {
    globalThis.fetch = network;
  }
}

Deno.test("the sandbox Plane without a socket keeps the contract", async (test) => {
  const plane = createSandboxPlane();
  await reaching(plane, () =>
    planeContract(test, {
      baseUrl: plane.url,
      workspaceSlug: plane.workspaceSlug,
      apiKey: plane.apiKeys.service,
    }));
  await plane.close();
});

for (const protocol of ["json2", "jsonrpc"] as const) {
  for (const [behaviour, run] of ODOO_CONTRACT) {
    Deno.test(`sandbox Odoo without a socket over ${protocol}: ${behaviour}`, async () => {
      const odoo = createSandboxOdoo();
      await reaching(odoo, () => run(odooUnderTest(odoo, protocol)));
    });
  }
}
