/** The external id as a handle for creates that must happen once. */
import assert from "node:assert/strict";
import { z } from "zod";
import type { ContractStep } from "../plane_contract.ts";

const conflict = z.object({ error: z.string(), id: z.string() });
const pair = (external_id: string) => ({ external_id, external_source: "contract" });

export const externalIdSteps: readonly ContractStep[] = [
  {
    name: "a second create with the same pair is refused with the id of the first",
    async run(scene) {
      const first = await scene.makeWorkItem(pair("twice"));
      const second = await scene.request("POST", scene.path("work-items/"), {
        name: "again",
        ...pair("twice"),
      });
      assert.equal(second.status, 409);
      assert.equal(conflict.parse(second.body).id, first.id);
    },
  },
  {
    name: "a work item is looked up by its pair, and is not there when there is none",
    async run(scene) {
      const made = await scene.makeWorkItem(pair("looked up"));
      const there = await scene.request(
        "GET",
        scene.path("work-items/?external_id=looked%20up&external_source=contract&fields=id"),
      );
      assert.deepEqual([there.status, there.body], [200, { id: made.id }]);
      const absent = await scene.request(
        "GET",
        scene.path("work-items/?external_id=nobody&external_source=contract"),
      );
      assert.equal(absent.status, 404);
    },
  },
  {
    name: "deleting frees the pair",
    async run(scene) {
      const made = await scene.makeWorkItem(pair("freed"));
      assert.equal((await scene.request("DELETE", scene.path(`work-items/${made.id}/`))).status, 204);
      const again = await scene.makeWorkItem(pair("freed"));
      assert.notEqual(again.id, made.id);
    },
  },
  {
    name: "changing only the source is not checked, and then the lookup fails for good",
    async run(scene) {
      await scene.makeWorkItem(pair("clash"));
      const other = await scene.makeWorkItem({ external_id: "clash", external_source: "elsewhere" });
      await scene.patchWorkItem(other.id, { external_source: "contract" });
      const lookup = await scene.request(
        "GET",
        scene.path("work-items/?external_id=clash&external_source=contract"),
      );
      assert.equal(lookup.status, 500);
    },
  },
  {
    name: "a taken name of a state or label is refused with the id of its owner; a new state answers 200",
    async run(scene) {
      const values = { name: "Contract state", color: "#ff8800", group: "started" };
      const state = await scene.request("POST", scene.path("states/"), values);
      assert.equal(state.status, 200);
      const label = await scene.request("POST", scene.path("labels/"), {
        name: "Contract label",
        color: "#ff8800",
      });
      assert.equal(label.status, 201);
      const states = await scene.request("POST", scene.path("states/"), values);
      const labels = await scene.request("POST", scene.path("labels/"), {
        name: "Contract label",
        color: "#ff8800",
      });
      assert.deepEqual([states.status, labels.status], [409, 409]);
      assert.equal(conflict.parse(states.body).id, z.looseObject({ id: z.string() }).parse(state.body).id);
      assert.equal(conflict.parse(labels.body).id, z.looseObject({ id: z.string() }).parse(label.body).id);
    },
  },
];
