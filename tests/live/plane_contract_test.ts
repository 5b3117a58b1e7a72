import { planeContract } from "../contract/plane_contract.ts";

const baseUrl = Deno.env.get("PLANE_LIVE_URL");

if (baseUrl === undefined || baseUrl === "") {
  console.log(
    "no real Plane: set PLANE_LIVE_URL, PLANE_LIVE_API_KEY and PLANE_LIVE_WORKSPACE to test against one",
  );
} else {
  Deno.test("the real Plane keeps the contract", async (test) => {
    await planeContract(test, {
      baseUrl,
      apiKey: required("PLANE_LIVE_API_KEY"),
      workspaceSlug: required("PLANE_LIVE_WORKSPACE"),
    });
  });
}

function required(name: string): string {
  const value = Deno.env.get(name);
  if (value === undefined || value === "") throw new Error(`PLANE_LIVE_URL is set, ${name} is not`);
  return value;
}
