import { startSandboxPlane } from "../../dev/sandbox/plane/server.ts";
import { planeContract } from "./plane_contract.ts";

Deno.test("the sandbox Plane keeps the contract", async (test) => {
  const plane = await startSandboxPlane();
  try {
    await planeContract(test, {
      baseUrl: plane.url,
      workspaceSlug: plane.workspaceSlug,
      apiKey: plane.apiKeys.service,
    });
  } finally {
    await plane.close();
  }
});
