import assert from "node:assert/strict";
import { createSandboxOdoo } from "../../../dev/sandbox/odoo/server.ts";
import { readCapabilities } from "../../../shared/odoo/capabilities.ts";
import { createOdooClient } from "../../../shared/odoo/client.ts";
import { createModelFields, withModels } from "../../../shared/odoo/model_fields.ts";

function sandbox(version: 17 | 19) {
  const odoo = createSandboxOdoo({ version });
  const client = createOdooClient({ ...odoo, protocol: version === 19 ? "json2" : "jsonrpc" }, {
    fetch: odoo.fetch,
  });
  const asked = () => odoo.calls.filter(({ method }) => method === "fields_get").length;
  return { odoo, client, asked };
}

Deno.test("a model's fields are asked for once, however many need them at the same time", async () => {
  const { client, asked } = sandbox(19);
  const read = createModelFields(() => client);
  const [first, second] = await Promise.all([read("sale.order"), read("sale.order")]);
  assert.equal(first.state?.type, "selection");
  assert.equal(await read("sale.order"), second);
  assert.equal(asked(), 1);
});

Deno.test("a failure is not kept", async () => {
  const { odoo, client } = sandbox(19);
  const read = createModelFields(() => client);
  await assert.rejects(read("no.such.model"), { code: "odoo_not_found" });
  await assert.rejects(read("no.such.model"), { code: "odoo_not_found" });
  assert.equal(odoo.calls.length, 2);
});

for (const version of [17, 19] as const) {
  Deno.test(`Odoo ${version}: a model it does not have is told from one that is there`, async () => {
    const { client } = sandbox(version);
    const capabilities = await readCapabilities(client);
    const models = ["sale.order", "no.such.model"];
    const { otherFields } = await withModels(capabilities, models, createModelFields(() => client));
    assert.equal(otherFields?.["sale.order"]?.partner_id?.relation, "res.partner");
    assert.equal(otherFields?.["no.such.model"], null);
  });
}

Deno.test("a model that cannot be asked for now is left open", async () => {
  const { client } = sandbox(19);
  const failing = () => Promise.reject(new Error("down"));
  assert.deepEqual(
    (await withModels(await readCapabilities(client), ["sale.order"], failing)).otherFields,
    {},
  );
});
