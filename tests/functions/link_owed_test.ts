/** A link or note that could not be left when a record was made: it is made up for, once. */
import assert from "node:assert/strict";
import { type DocumentScene, documentScene, makeOrder } from "../support/document_scene.ts";

/** Whoever asks Plane for a new link meanwhile gets no answer that helps. */
async function withoutLinks(act: () => Promise<void>): Promise<number> {
  const { fetch } = globalThis;
  let refused = 0;
  globalThis.fetch = (input, init) => {
    if (init?.method !== "POST" || !String(input).endsWith("/links/")) return fetch(input, init);
    refused += 1;
    return Promise.resolve(Response.json({ error: "later" }, { status: 503 }));
  };
  try {
    await act();
  } finally {
    globalThis.fetch = fetch;
  }
  return refused;
}

async function lookAgain({ world }: DocumentScene): Promise<void> {
  await world.sql`update plane.sync_queue set next_attempt_at = now()`;
  await world.drain();
}

const notes = ({ world }: DocumentScene) =>
  world.sandboxOdoo.records("mail.message").filter(({ message_type, body }) =>
    message_type === "notification" && String(body).includes("/issues/")
  ).length;

Deno.test("a link that Plane did not take when the work item was made is left by the next look at it, once", async () => {
  await using scene = await documentScene(["sale.order"]);
  const order = await makeOrder(scene, "Azure Interior");
  const refused = await withoutLinks(() => scene.look("sale.order", order));
  assert.ok(refused > 0);
  const { id } = await scene.item();
  assert.deepEqual(await scene.links(id), []);
  await lookAgain(scene);
  assert.equal((await scene.links(id)).length, 1);
  assert.deepEqual([...await scene.world.sql`select entity_key from plane.sync_queue`], []);

  // Whoever takes it away then has taken it away.
  const [link] = await scene.links(id);
  await scene.plane.api("DELETE", `/projects/${scene.project}/work-items/${id}/links/${link?.id}/`);
  await scene.act("sale.order", "action_confirm", order);
  await scene.look("sale.order", order);
  assert.deepEqual(await scene.links(id), []);
});

for (const kind of ["server_error", "bad_gateway_after_effect"] as const) {
  Deno.test(`a note that Odoo did not take, or said nothing of, is left by the next look, once (${kind})`, async () => {
    await using scene = await documentScene(["sale.order"], { options: { link_in_odoo: true } });
    const order = await makeOrder(scene, "Azure Interior");
    scene.world.sandboxOdoo.faults.add({ kind, model: "mail.message", method: "load" });
    await scene.look("sale.order", order);
    assert.equal(scene.world.sandboxOdoo.faults.left, 0);
    const { id } = await scene.item();
    assert.equal((await scene.links(id)).length, 1, "the link did not wait for the note");
    await lookAgain(scene);
    assert.equal(notes(scene), 1);
    assert.equal((await scene.links(id)).length, 1);
    assert.deepEqual([...await scene.world.sql`select entity_key from plane.sync_queue`], []);
  });
}

Deno.test("a worker that dies before it leaves the link leaves that to the next", async () => {
  await using scene = await documentScene(["sale.order"]);
  const order = await makeOrder(scene, "Azure Interior");
  const { id } = await scene.plane.api("POST", `/projects/${scene.project}/work-items/`, {
    name: "Half made",
    external_source: "odoo",
    external_id: `sale.order,${order}`,
  });
  await scene.world.arrive();
  await scene.look("sale.order", order);
  const url = `${scene.world.sandboxOdoo.url}/odoo/sale.order/${order}`;
  assert.deepEqual((await scene.links(id)).map((link) => link.url), [url]);
});
