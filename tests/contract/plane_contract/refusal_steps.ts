/** How Plane says no, and what the client makes of it. */
import assert from "node:assert/strict";
import { PlaneClient } from "../../../shared/plane/client.ts";
import type { ContractStep } from "../plane_contract.ts";

const NOBODY = "11111111-1111-4111-8111-111111111111";

export const refusalSteps: readonly ContractStep[] = [
  {
    name: "a work item that is not there is plane_not_found, deleted or never seen",
    async run(scene) {
      const { id } = await scene.makeWorkItem({});
      await scene.request("DELETE", scene.path(`work-items/${id}/`));
      for (const missing of [id, NOBODY]) {
        await assert.rejects(scene.ask((client) => client.workItem(scene.projectId, missing)), {
          code: "plane_not_found",
        });
      }
    },
  },
  {
    name: "a project that is not there is plane_forbidden, not missing",
    async run(scene) {
      await assert.rejects(scene.ask((client) => client.states(NOBODY)), { code: "plane_forbidden" });
      await assert.rejects(scene.ask((client) => client.workItem(NOBODY, NOBODY)), {
        code: "plane_forbidden",
      });
    },
  },
  {
    name: "a wrong key and a foreign workspace are plane_forbidden; no key is 401",
    async run(scene) {
      const { baseUrl, workspaceSlug, apiKey } = scene.target;
      const wrongKey = new PlaneClient({ baseUrl, workspaceSlug, apiKey: "plane_api_wrong" }, { fetch });
      await assert.rejects(wrongKey.me(), { code: "plane_forbidden" });
      const elsewhere = new PlaneClient({ baseUrl, workspaceSlug: "no-such-workspace", apiKey }, { fetch });
      await assert.rejects(elsewhere.members(), { code: "plane_forbidden" });
      assert.equal((await scene.request("GET", scene.path("states/"), undefined, null)).status, 401);
    },
  },
  {
    name: "an answer that counts says how many requests are left",
    async run(scene) {
      const answer = await scene.request("GET", scene.path("states/?per_page=1"));
      assert.ok(Number(answer.headers.get("x-ratelimit-remaining")) >= 0);
      assert.ok(Number(answer.headers.get("x-ratelimit-reset")) > 1_700_000_000);
    },
  },
  {
    name: "without a slash at the end even a POST is redirected",
    async run(scene) {
      const answers = [
        await scene.request("GET", scene.path("work-items")),
        await scene.request("POST", scene.path("work-items"), { name: "x" }),
      ];
      assert.deepEqual(answers.map((answer) => answer.status), [301, 301]);
      for (const answer of answers) assert.match(answer.headers.get("location") ?? "", /\/work-items\/$/);
    },
  },
  {
    name: "an address that is no view is 404 with another text than a missing record",
    async run(scene) {
      const answer = await scene.request("GET", scene.path("nope/"));
      assert.deepEqual([answer.status, answer.body], [404, { error: "Page not found." }]);
    },
  },
  {
    name: "wrong values are refused field by field",
    async run(scene) {
      const bodies: [Record<string, unknown>, unknown][] = [
        [{ name: "" }, { name: ["This field may not be blank."] }],
        [{ name: "x".repeat(256) }, { name: ["Ensure this field has no more than 255 characters."] }],
        [{ priority: "huge" }, { priority: ['"huge" is not a valid choice.'] }],
        [{ state: NOBODY }, { state: [`Invalid pk "${NOBODY}" - object does not exist.`] }],
        [{ assignees: [NOBODY] }, {
          assignees: { "0": [`Invalid pk "${NOBODY}" - object does not exist.`] },
        }],
        [{ start_date: "2026-12-31", target_date: "2026-01-01" }, {
          non_field_errors: ["Start date cannot exceed target date"],
        }],
        [{ description_html: "" }, { non_field_errors: ["Invalid HTML passed"] }],
      ];
      for (const [body, refusal] of bodies) {
        const answer = await scene.request("POST", scene.path("work-items/"), { name: "refused", ...body });
        assert.deepEqual([answer.status, answer.body], [400, refusal]);
      }
    },
  },
  {
    name: "dates are compared with each other only when they are sent together",
    async run(scene) {
      const { id } = await scene.makeWorkItem({ start_date: "2026-05-01", target_date: "2026-05-31" });
      const changed = await scene.patchWorkItem(id, { target_date: "2026-04-01" });
      assert.deepEqual([changed.start_date, changed.target_date], ["2026-05-01", "2026-04-01"]);
    },
  },
  {
    name: "a project's name may have letters of any script and few signs",
    async run(scene) {
      const answers = [];
      const rename = (name: string) => scene.request("PATCH", scene.path(""), { name });
      for (const sign of "&+,:;$^}{*=?@#|'<>.()%!-") {
        const { status, body } = await rename(`Contract ${sign}`);
        answers.push([status, body]);
      }
      const refusal = [400, { non_field_errors: ["Project name cannot contain special characters."] }];
      assert.deepEqual(answers, answers.map(() => refusal));
      const mark = crypto.randomUUID().slice(0, 8);
      assert.equal((await rename(`Contract Ünï 東京 🚀 / _ " ${mark} \uff06\u2010\u2019`)).status, 200);
    },
  },
  {
    name: "the client names the refused fields, so that the others can be sent without them",
    async run(scene) {
      const { id } = await scene.makeWorkItem({});
      const values = { name: "goes", state: NOBODY, assignees: [NOBODY] };
      await assert.rejects(scene.ask((client) => client.updateWorkItem(scene.projectId, id, values)), {
        code: "plane_rejected",
        facts: { operation: "update work item", status: 400, fields: "state assignees" },
      });
      const changed = await scene.ask((client) =>
        client.updateWorkItem(scene.projectId, id, { name: "goes" })
      );
      assert.equal(changed.name, "goes");
    },
  },
  {
    name: "an upsert by PUT does not exist",
    async run(scene) {
      assert.equal((await scene.request("PUT", scene.path("work-items/"), { name: "x" })).status, 405);
    },
  },
];
